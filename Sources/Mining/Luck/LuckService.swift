import API
import Platform
import Postgres

/// Compares what the caller's work brought with what could be expected of it. Everything follows from the lifetime totals, one row.
struct LuckService: Sendable {
    private let store: LuckStore
    private let network: NetworkService

    init(database: PostgresClient, network: NetworkService) {
        store = LuckStore(database: database)
        self.network = network
    }

    func luck(of principal: Principal) async throws -> Reply<MiningLuck> {
        async let totals = store.totals(of: principal.user)
        let standing = try await network.standing()
        return Reply(
            MiningLuck(totals: try await totals, networkDifficulty: standing.difficulty),
            headers: standing.headers
        )
    }
}
