import API
import Foundation
import GameRules
import Platform

/// What a new key shall be.
struct NewAPIKey: EndpointInput {
    let name: String
    let permissions: [KeyScope]
    /// Days until it expires; nil for never.
    let lifeDays: Int?

    init(from fields: inout RequestFields) {
        name = fields.body("name", .string(1...128), doc: "For the owner to tell keys apart")
        let scopes = fields.body("permissions", .array(of: .oneOf(KeyScope.self), 1...8), default: [.read], doc: "`write` includes `read`")
        permissions = KeyScope.closure(Set(scopes))
        lifeDays = fields.optionalBody("expires_in_days", .integer(1...365), doc: "Null for a key that does not expire")
    }
}

/// Names a key in the path; what is no identifier names none.
struct APIKeyPath: EndpointInput {
    let id: UUID

    init(from fields: inout RequestFields) {
        id = fields.path(
            "id",
            .format("uuid", standIn: UUID(), maximumLength: 36) { UUID(uuidString: $0) },
            orThrow: .apiKeyNotFound
        )
    }
}

/// A key just made: the only answer that holds its text.
struct CreatedAPIKey: ResponseObject {
    let id: UUID
    let key: APIKey
    let name: String
    let permissions: [KeyScope]
    let createdAt: Instant
    let expiresAt: Instant?

    static let fields = JSONFields<CreatedAPIKey>()
        .field("id", \.id.text)
        .field("key", \.key.text, "The key itself, shown this once")
        .field("prefix", \.key.prefix, "The first 14 characters")
        .field("name", \.name)
        .field("permissions", { $0.permissions.map(\.rawValue) })
        .field("created_at", \.createdAt.rfc3339)
        .field("expires_at", \.expiresAt?.rfc3339)
}

/// A live key as its owner sees it later.
struct APIKeyItem: ResponseObject {
    let id: UUID
    let prefix: String
    let name: String
    let permissions: [KeyScope]
    let lastUsedAt: Instant?
    let createdAt: Instant
    let expiresAt: Instant?

    static let fields = JSONFields<APIKeyItem>()
        .field("id", \.id.text)
        .field("prefix", \.prefix, "The first 14 characters of the key")
        .field("name", \.name)
        .field("permissions", { $0.permissions.map(\.rawValue) })
        .field("last_used_at", \.lastUsedAt?.rfc3339, "To the minute")
        .field("created_at", \.createdAt.rfc3339)
        .field("expires_at", \.expiresAt?.rfc3339)
        .field("is_revoked", { _ in false }, "Always false: revoked keys are not listed")
}

extension APIError {
    static let apiKeyNotFound = APIError.notFound("api_key_not_found", "There is no such API key.")
}
