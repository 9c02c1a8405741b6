package import Accounts
package import GameRules
import Logging
package import Platform

/// Takes who is banned or deleted out of the ranks, and puts who is pardoned back (spec 03 §5). A takeover changes no rank: id and
/// bests stay.
package struct RankDepartures: DepartureObserver {
    private let bans: RankBans
    private let logger: Logger

    package init(runtime: Runtime) {
        bans = RankBans(database: runtime.database, redis: runtime.redis)
        logger = runtime.logger
    }

    package func departed(_ departure: Departure) async {
        guard departure.reason != .takeover else { return }
        await attempt { try await bans.exclude(departure.user, at: departure.at) }
    }

    package func pardoned(_ user: UserID, at now: Instant) async {
        await attempt { try await bans.readmit(user, at: now) }
    }

    /// The database is right whatever happens here; ``RankReconciliation`` makes good what Redis missed.
    private func attempt(_ action: () async throws -> Void) async {
        do { try await action() } catch {
            logger.warning("ranks not refreshed", metadata: ["event": "live_state", "error_kind": "\(type(of: error))"])
        }
    }
}
