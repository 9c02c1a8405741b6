package import API
package import GameRules
package import HTTPTypes

/// What a request's credentials say before any database is asked (spec 01 §4 stage 8).
package enum Identity: Sendable {
    /// No credentials.
    case anonymous
    /// A well-signed access token, or a well-formed API key.
    case claimed(user: UserID, bucket: String, isKey: Bool, proof: any Sendable)
    /// Credentials that are no good; refused where the route demands any.
    case refused(APIError)
}

extension AuthRule {
    /// An access token, which browsers can only put into the query of a socket's address; API keys are not accepted (spec 04 §7.1).
    package static let socketToken = AuthRule("socket_token", schemes: [.bearer])
}

/// Turns credentials into a principal. Accounts implements it.
package protocol Authenticator: Sendable {
    /// Looks at the credentials alone.
    func identify(_ request: HTTPRequest, rule: AuthRule, at now: Instant) async -> Identity
    /// Loads the account behind good credentials.
    /// - Throws: 401 or 403 for sessions and accounts that are no longer in good standing.
    func authenticate(_ identity: Identity, rule: AuthRule, at now: Instant) async throws -> Principal
}
