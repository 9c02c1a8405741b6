package import API
package import GameRules
package import Postgres

/// One member of the export of a user's data. Every feature that keeps data of users registers its own (spec 02 §6).
package struct DataExporter: Sendable {
    /// The member's name.
    package let name: String
    /// Reads the user's data, all in one transaction with the other members.
    package let load: @Sendable (UserID, PostgresTransaction) async throws -> any JSONEncodable

    package init(_ name: String, load: @escaping @Sendable (UserID, PostgresTransaction) async throws -> any JSONEncodable) {
        self.name = name
        self.load = load
    }
}

/// The exported data of a user: when it was taken, then a member for each exporter.
struct DataExport: JSONEncodable {
    let takenAt: Instant
    let members: [(name: String, value: any JSONEncodable)]

    static let jsonSchema = JSONSchema.named("DataExport") {
        .object([
            JSONProperty(name: "exported_at", schema: .string(format: "date-time")),
            JSONProperty(name: "profile", schema: UserProfile.jsonSchema),
            JSONProperty(name: "settings", schema: UserSettings.jsonSchema),
            JSONProperty(name: "sessions", schema: .array(ExportedSession.jsonSchema)),
            JSONProperty(name: "api_keys", schema: .array(APIKeyItem.jsonSchema), documentation: "Without their hashes"),
            JSONProperty(name: "address_history", schema: .array(ExportedAddressChange.jsonSchema)),
        ])
    }

    func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("exported_at")
        writer.string(takenAt.rfc3339)
        for member in members {
            writer.name(member.name)
            member.value.encode(to: &writer)
        }
        writer.endObject()
    }
}

/// A session in the export, ended ones among them.
struct ExportedSession: ResponseObject {
    let id: SessionID
    let authMethod: String
    let startedAt: Instant
    let lastUsedAt: Instant
    let expiresAt: Instant
    let isRevoked: Bool
    let ipAddress: String?
    let userAgent: String?

    static let fields = JSONFields<ExportedSession>()
        .field("id", \.id.description)
        .field("auth_method", \.authMethod)
        .field("created_at", \.startedAt.rfc3339)
        .field("last_used_at", \.lastUsedAt.rfc3339)
        .field("expires_at", \.expiresAt.rfc3339)
        .field("is_revoked", \.isRevoked)
        .field("ip_address", \.ipAddress)
        .field("user_agent", \.userAgent)
}

/// A change of address in the export.
struct ExportedAddressChange: ResponseObject {
    let old: String
    let new: String
    let isProven: Bool
    let changedAt: Instant

    static let fields = JSONFields<ExportedAddressChange>()
        .field("old_address", \.old)
        .field("new_address", \.new)
        .field("proven", \.isProven)
        .field("changed_at", \.changedAt.rfc3339)
}
