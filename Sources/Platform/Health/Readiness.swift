import GameRules
import NIOCore
package import Postgres
package import Redis

/// What `/ready` answers (spec 01 §9, 11 §3).
package struct ReadinessReport: Sendable, Equatable {
    /// `ready`, `degraded` or `draining`.
    package let status: String
    package let database: Bool
    package let redis: Bool
    package let migrations: Bool

    package var isReady: Bool { status == "ready" }
}

/// Asks database and Redis at most once a second, whoever asks, and lets all askers share the answer.
package actor Readiness {
    private let database: PostgresClient
    private let redis: RedisClient
    private let migrator: Migrator
    private let clock: Clock
    private var isDraining = false
    private var last: (report: ReadinessReport, at: Instant)?
    private var running: Task<ReadinessReport, Never>?
    private var redisDownSince: Instant?
    private var isMigrated = false

    /// Redis may be away this long before a node leaves rotation.
    private static let redisGraceSeconds: Int64 = 30
    /// How long an answer is shared.
    private static let sharedMilliseconds: Int64 = 1000

    package init(database: PostgresClient, redis: RedisClient, migrator: Migrator, clock: Clock) {
        self.database = database
        self.redis = redis
        self.migrator = migrator
        self.clock = clock
    }

    /// From now on the node says it is leaving.
    package func drain() {
        isDraining = true
        last = nil
    }

    /// The shared answer, no older than a second.
    package func report() async -> ReadinessReport {
        if let last, abs(clock.now().milliseconds(since: last.at)) < Self.sharedMilliseconds { return last.report }
        if let running { return await running.value }
        let task = Task { await self.check() }
        running = task
        let report = await task.value
        running = nil
        last = (report, clock.now())
        return report
    }

    private func check() async -> ReadinessReport {
        let (database, redis, migrator) = (database, redis, migrator)
        async let databaseAnswer = TimeLimit.run(.seconds(1)) { _ = try await database.query(SQL.named("ready", "select 1")) }
        async let redisAnswer = TimeLimit.run(.seconds(1)) { _ = try await redis.send(RedisCommand("PING"), timeout: .seconds(1)) }
        let (databaseUp, redisUp) = await (databaseAnswer != nil, redisAnswer != nil)
        if databaseUp, !isMigrated { isMigrated = await TimeLimit.run(.seconds(1)) { try await migrator.isUpToDate() } ?? false }

        let now = clock.now()
        redisDownSince = redisUp ? nil : redisDownSince ?? now
        let redisTolerated = redisDownSince.map { now.seconds(since: $0) < Self.redisGraceSeconds && hasBeenReady } ?? true
        let isReady = databaseUp && isMigrated && redisTolerated
        if isReady, redisUp { hasBeenReady = true }
        return ReadinessReport(
            status: isDraining ? "draining" : isReady ? "ready" : "degraded",
            database: databaseUp,
            redis: redisUp,
            migrations: isMigrated
        )
    }

    private var hasBeenReady = false
}
