import API
import Bitcoin
import GameRules
import Platform
import Postgres

/// Keeps in mind what finders have yet to be congratulated on.
struct CelebrationService: Sendable {
    private let store: CelebrationStore
    private let network: BitcoinNetwork

    init(database: PostgresClient, network: BitcoinNetwork) {
        store = CelebrationStore(database: database)
        self.network = network
    }

    func pending(of principal: Principal) async throws -> PendingCelebrations {
        let celebrations = try await store.pending(of: principal.user).map { celebration in
            var celebration = celebration
            celebration.rewardSatoshi = celebration.rewardSatoshi ?? network.blockSubsidy(atHeight: Int(celebration.height)).value
            return celebration
        }
        return PendingCelebrations(celebrations: celebrations)
    }

    /// - Throws: 404 for what is not the caller's.
    func acknowledge(_ id: Int, by principal: Principal, at now: Instant) async throws -> EmptyObject {
        guard try await store.acknowledge(id, of: principal.user, now: now) else { throw APIError.celebrationNotFound }
        return EmptyObject()
    }
}
