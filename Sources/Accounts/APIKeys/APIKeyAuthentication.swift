package import Platform

/// Everything that lets API keys authenticate requests, made once a process.
package struct APIKeyAuthentication: Sendable {
    package let authenticator: APIKeyAuthenticator
    package let verified: VerifiedKeys
    /// Runs beside the server: writes when keys were used.
    package let uses: KeyUses
    /// Tells of ended keys; beside the server it runs to hear of those ended elsewhere.
    package let revocations: KeyRevocations

    package init(runtime: Runtime, hashing: HashingGate, principals: PrincipalCache, messages: AccountMessages) {
        let store = APIKeyStore(database: runtime.database)
        verified = VerifiedKeys(random: runtime.random)
        uses = KeyUses(store: store, logger: runtime.logger)
        revocations = KeyRevocations(redis: runtime.redis, verified: verified, messages: messages)
        authenticator = APIKeyAuthenticator(
            store: store,
            hashing: hashing,
            verified: verified,
            accounts: principals,
            uses: uses,
            redis: runtime.redis
        )
    }
}
