import API
package import Bitcoin
package import Platform

/// The services of the user routes, made once a process.
package struct UsersServices: Sendable {
    package let network: BitcoinNetwork
    package let publicGate: PublicGate
    let profiles: ProfileStore
    let changes: ProfileService
    let settings: SettingsService
    let wallets: WalletService
    let apiKeys: APIKeyService
    let exports: ExportService
    let deletions: DeletionService

    /// - Parameter exporters: what other features add to the export of a user's data.
    package init(runtime: Runtime, accounts: AccountsServices, exporters: [DataExporter] = []) {
        let database = runtime.database
        let messages = accounts.messages
        network = accounts.network
        publicGate = PublicGate(database: database, network: accounts.network)
        profiles = accounts.profiles
        changes = ProfileService(database: database, audit: accounts.audit, messages: messages)
        settings = SettingsService(database: database, audit: accounts.audit, messages: messages)
        wallets = WalletService(
            database: database,
            network: accounts.network,
            clock: runtime.clock,
            challenges: accounts.challenges,
            principals: accounts.principals,
            audit: accounts.audit,
            messages: messages
        )
        apiKeys = APIKeyService(
            database: database,
            hashing: accounts.hashing,
            random: runtime.random,
            audit: accounts.audit,
            revocations: accounts.apiKeys.revocations
        )
        exports = ExportService(database: database, audit: accounts.audit, features: exporters)
        deletions = DeletionService(
            database: database,
            sessions: accounts.sessions,
            keys: accounts.apiKeys.revocations,
            audit: accounts.audit,
            messages: messages,
            observers: accounts.departures
        )
    }

    /// - Throws: 401 when the user is gone.
    func profile(of principal: Principal) async throws -> UserProfile {
        guard let profile = try await profiles.profile(of: principal.user) else { throw APIError.sessionRevoked }
        return profile
    }
}
