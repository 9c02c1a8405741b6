package import GameRules

/// An authenticated caller.
package struct Principal: Sendable, Equatable {
    /// What the caller proved itself with.
    package enum Credential: Sendable, Equatable {
        case accessToken(session: String?)
        case apiKey(id: String, scopes: Set<String>)
    }

    package let user: UserID
    /// Canonical address of the account.
    package let address: String
    /// Whether control of the address has been proven.
    package let isVerified: Bool
    package let credential: Credential
    /// How the session of an access token began, or `api_key`.
    package let authMethod: String
    /// When an access token expires; nil for API keys.
    package let tokenExpiresAt: Instant?

    package init(
        user: UserID,
        address: String,
        isVerified: Bool,
        credential: Credential,
        authMethod: String? = nil,
        tokenExpiresAt: Instant? = nil
    ) {
        self.user = user
        self.address = address
        self.isVerified = isVerified
        self.credential = credential
        self.tokenExpiresAt = tokenExpiresAt
        if case .apiKey = credential { self.authMethod = "api_key" } else { self.authMethod = authMethod ?? "wallet" }
    }
}
