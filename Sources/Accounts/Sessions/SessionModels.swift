package import API
import GameRules
import Platform

/// A body that holds a refresh token.
struct RefreshInput: EndpointInput {
    let token: String

    init(from fields: inout RequestFields) {
        token = fields.body("refresh_token", .string(1...256, trims: false))
    }
}

/// The session named in a path; what is no id names no session.
struct SessionInput: EndpointInput {
    let session: SessionID?

    init(from fields: inout RequestFields) {
        session = SessionID(fields.path("id", .string(0...100), doc: "Id of the session"))
    }
}

/// An answer that says only what happened.
package struct StatusAnswer: ResponseObject {
    let status: String

    package init(_ status: String) {
        self.status = status
    }

    package static let fields = JSONFields<StatusAnswer>("Status").field("status", \.status)
}

/// What `POST /auth/logout-all` answers.
struct LogoutAllAnswer: ResponseObject {
    let revokedCount: Int

    static let fields = JSONFields<LogoutAllAnswer>()
        .field("status", { _ in "all_sessions_revoked" })
        .field("revoked_count", \.revokedCount, "Sessions that were alive")
}

/// A live session as its owner sees it.
struct SessionItem: ResponseObject, Equatable {
    let id: SessionID
    let method: String
    let createdAt: Instant
    let lastUsedAt: Instant
    let expiresAt: Instant
    /// The network of the last use, /24 or /48.
    let network: String?
    let userAgent: String?
    var isCurrent = false

    static let fields = JSONFields<SessionItem>()
        .field("id", \.id.description)
        .field("auth_method", \.method, "`wallet` or `email`")
        .field("created_at", \.createdAt.rfc3339)
        .field("last_used_at", \.lastUsedAt.rfc3339, "Last sign-in or refresh")
        .field("expires_at", \.expiresAt.rfc3339)
        .field("ip_address", \.network, "Network of the last use, /24 or /48")
        .field("user_agent", \.userAgent)
        .field("is_current", \.isCurrent)
}

/// What `GET /auth/sessions` answers.
struct SessionList: ResponseObject {
    let sessions: [SessionItem]

    static let fields = JSONFields<SessionList>().field("sessions", \.sessions, "Newest use first")
}

/// What `GET /auth/me` answers.
struct MeAnswer: ResponseObject {
    let user: UserProfile
    let principal: Principal

    private var session: String? {
        if case .accessToken(let session) = principal.credential { session } else { nil }
    }

    static let fields = JSONFields<MeAnswer>()
        .field("user", \.user)
        .field("session_id", \.session, "Null for API keys")
        .field("auth_method", \.principal.authMethod, "`wallet`, `email` or `api_key`")
        .field("is_admin", \.user.isAdmin)
        .field("token_expires_at", \.principal.tokenExpiresAt?.rfc3339, "Null for API keys")
}
