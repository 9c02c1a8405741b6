import GameRules
package import Logging
package import Platform
package import Postgres

/// Fills gaps from the raw log, one worker at a time (spec 03a §6.5).
package struct GapRepair: Sendable {
    private static let interval = Duration.seconds(5)
    /// The raw log is written up to a second after the stream; what was lost with Redis is in it by then.
    private static let settleSeconds: Int64 = 5
    /// Advisory lock of whoever repairs.
    private static let lock: (Int32, Int32) = (7462, 4)

    private let gaps: GapLog
    private let replay: Replay
    private let database: PostgresClient
    private let clock: Clock
    private let logger: Logger

    package init(gaps: GapLog, replay: Replay, database: PostgresClient, clock: Clock, logger: Logger) {
        self.gaps = gaps
        self.replay = replay
        self.database = database
        self.clock = clock
        self.logger = logger
    }

    /// Repairs until cancelled.
    package func run() async {
        while !Task.isCancelled {
            do {
                if let gap = try await gaps.current(), clock.now().seconds(since: gap.noticedAt) >= Self.settleSeconds {
                    try await exclusively { try await repair(gap) }
                }
            } catch {
                if !Task.isCancelled {
                    logger.warning("gap not repaired yet", metadata: ["event": "gap_repair", "error_kind": "\(type(of: error))"])
                }
            }
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// Replays the gap's span and closes it.
    @discardableResult
    func repair(_ gap: Gap) async throws -> Replay.Outcome {
        let outcome = try await replay.run(gap.from..<clock.now())
        try await gaps.close(gap)
        logger.warning(
            "gap repaired",
            metadata: [
                "event": "gap_repaired", "from": "\(gap.from.rfc3339)", "events": "\(outcome.read)",
                "shares_added": "\(outcome.sharesAdded)",
            ]
        )
        return outcome
    }

    private func exclusively(_ body: () async throws -> Void) async throws {
        try await database.withConnection { connection in
            guard try await connection.tryAdvisoryLock(Self.lock.0, Self.lock.1) else { return }
            do {
                try await body()
            } catch {
                _ = try? await connection.advisoryUnlock(Self.lock.0, Self.lock.1)
                throw error
            }
            _ = try await connection.advisoryUnlock(Self.lock.0, Self.lock.1)
        }
    }
}
