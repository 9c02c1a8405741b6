package import API
package import GameRules
package import HTTPTypes

/// What a request's credentials say before any database is asked (spec 01 §4 stage 8).
package enum Identity: Sendable {
    /// No credentials.
    case anonymous
    /// A well-signed access token, or a well-formed API key, whose owner only the database knows.
    case claimed(user: UserID?, bucket: String, isKey: Bool, proof: any Sendable)
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
    /// The key under which Redis would know something against good credentials; looked for in one round trip with the limits.
    func objection(to identity: Identity) -> String?
    /// Whom good credentials are of, if this node remembers; asks nobody.
    func remembered(_ identity: Identity, at now: Instant) -> RememberedCaller?
    /// Loads the account behind good credentials.
    /// - Parameters:
    ///   - isObjected: whether Redis has the key of the objection; false when it did not say.
    ///   - client: who is calling; wrong API keys are counted by it.
    /// - Throws: 401 or 403 for sessions and accounts that are no longer in good standing, 429 for too many wrong keys.
    func authenticate(
        _ identity: Identity,
        isObjected: Bool,
        rule: AuthRule,
        client: ClientAddress,
        at now: Instant
    ) async throws -> Principal
}
