import API
import FeatureRig
import Feed
import Foundation
import GameRules
import HTTPTypes
import LocalServers
import Logging
import Platform
import Postgres
import Redis
import TestServers
import Testing

@testable import Dashboard
@testable import Mining

/// The routes of the start page behind the real pipeline, beside the handlers of ingest; the clock stands still until a test moves it.
struct DashboardRig: Sendable {
    let routes: RouteRig
    let services: DashboardServices
    let redis: RedisServer
    private let pipeline: MiningPipeline

    var runtime: Runtime { routes.runtime }
    var clock: ManualClock { routes.clock }

    /// Where the clock starts: Tuesday noon of 2026-W09.
    static let start = Instant(millisecondsSinceUnixEpoch: 1_771_934_400_000)
    static let address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
    static let otherAddress = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"

    /// Runs a test on a fresh database and a Redis of its own, which it may stop.
    /// - Parameter zone: the time zone the database is set to.
    static func run(
        at start: Instant = start,
        zone: String = "UTC",
        _ body: @Sendable (DashboardRig) async throws -> Void
    ) async throws {
        try await TestSlots.with {
            try await withDatabase(template: TestRuntime.migrated) { database in
                try await set(zone, for: database)
                try await TestServers.withPrivateRedis { redis in
                    try await TestRuntime.run(database: database.url, redis: try await redis.url(), at: start) { runtime, clock in
                        try await TimeTableKeeper(database: runtime.database).makeRanges(at: start)
                        let services = DashboardServices(runtime: runtime)
                        let routes = try await RouteRig(runtime: runtime, clock: clock) {
                            DashboardRoutes.add(to: &$0, services: services)
                        }
                        let pipeline = MiningPipeline(runtime: runtime, observers: [])
                        try await body(DashboardRig(routes: routes, services: services, redis: redis, pipeline: pipeline))
                    }
                }
            }
        }
    }

    private static func set(_ zone: String, for database: TestDatabase) async throws {
        let client = PostgresClient(configuration: try PostgresConfiguration(url: database.url), logger: .init(label: "test"))
        try await client.withConnection { connection in
            _ = try await connection.query("select set_config('tbg.zone', \(zone), false)")
            try await connection.execute(
                "do $$ begin execute format('alter database %I set timezone to %L', current_database(), current_setting('tbg.zone')); end $$"
            )
        }
        await client.close()
    }

    // MARK: calling

    /// One request through the whole pipeline.
    /// - Parameter path: with its query.
    func get(_ path: String, by miner: RigMiner? = nil) async throws -> DashboardAnswer {
        try await routes.call(.get, "/api/v1/dashboard/" + path, token: miner?.token)
    }

    /// A call that has to succeed with fresh figures.
    func stats(of miner: RigMiner) async throws -> DashboardAnswer {
        let answer = try await get("stats", by: miner)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(!answer.isStale)
        return answer
    }

    // MARK: miners and what they did

    /// A signed-in user of an address.
    func miner(_ address: String = address) async throws -> RigMiner { try await routes.user(address) }

    /// Changes what the database holds.
    func execute(_ sql: SQL) async throws { try await routes.execute(sql) }

    /// Sets the clock; the tables get ranges for it.
    func set(_ instant: Instant) async throws {
        clock.set(instant)
        try await TimeTableKeeper(database: runtime.database).makeRanges(at: instant)
    }

    /// A stored hour of a miner.
    /// - Parameter age: hours before the running one.
    func keepHour(_ age: Int, of miner: RigMiner, shares: Int64 = 0, rejected: Int64 = 0, work: Double = 0, best: Double = 0) async throws {
        let hour = UTCHour(containing: clock.now).advanced(by: -age).start
        try await execute(
            """
            insert into hourly_shares (user_id, bucket, total_shares, accepted_shares, rejected_shares, work, share_diff_sum, best_diff)
            values (\(miner.user), \(hour), \(shares + rejected), \(shares), \(rejected), \(work), 0, \(best))
            """
        )
    }

    /// The miner's shares of today.
    func keepToday(_ shares: Int64, of miner: RigMiner) async throws {
        try await execute(
            """
            insert into user_daily_stats (user_id, day, total_shares, accepted_shares, diff_hist, presence, updated_at)
            values (\(miner.user), \(UTCDay(containing: clock.now)), \(shares), \(shares), array_fill(0::bigint, array[16]), ''::bytea,
                    \(clock.now))
            on conflict (user_id, day) do update set total_shares = excluded.total_shares
            """
        )
        try await execute(
            """
            insert into user_share_totals (user_id, latest_day, day_total_shares)
            values (\(miner.user), \(UTCDay(containing: clock.now)), \(shares))
            on conflict (user_id) do update set latest_day = excluded.latest_day, day_total_shares = excluded.day_total_shares
            """
        )
    }

    /// A row of gamification.
    func keepProgress(of miner: RigMiner, xp: Int64 = 0, badges: Int32 = 0, streak: Int32 = 0) async throws {
        try await execute(
            """
            insert into user_gamification (user_id, total_xp, badges_earned, current_streak, updated_at)
            values (\(miner.user), \(xp), \(badges), \(streak), \(clock.now))
            on conflict (user_id) do update set total_xp = excluded.total_xp, current_streak = excluded.current_streak
            """
        )
    }

    /// Work in the miner's ring: the hashrate of the last hour becomes `hourly`.
    func setHashrate(_ hourly: Double, of miner: RigMiner) async throws {
        // An hour's rate is read from 59 whole minutes and the running one.
        let second = clock.now.secondsSinceUnixEpoch
        let span = 59 * 60 + second % 60
        let work = hourly * Double(span) / 4_294_967_296
        _ = try await runtime.redis.send(RedisCommand("HSET", LiveKeys.userRing(miner.address), "m\(second / 60)", work))
    }

    /// Puts accepted shares of a miner through ingest.
    func mine(_ count: Int, by miner: RigMiner, worker: String = "rig1", difficulty: Double = 1000, at time: Instant? = nil) async throws {
        let time = time ?? clock.now
        let decoder = EntryDecoder(network: runtime.settings.network.bitcoin)
        let events = try (0..<count).map { number in
            let achieved = difficulty * 2 + Double(number)
            let payload =
                #"{"user":"\#(miner.address)","worker":"\#(worker)","diff":\#(difficulty),"sdiff":\#(achieved),"accepted":true}"#
            return try decoder.decode(
                .shareSubmitted,
                envelope: EventEnvelope(id: UUID(), time: time, receivedAt: time),
                payload: Array(payload.utf8)
            )
        }
        _ = try await pipeline.shares.apply(events, now: clock.now)
    }
}

/// A caller.
typealias RigMiner = RouteCaller

extension RigMiner {
    var live: LiveMiner { LiveMiner(user: user, address: address) }
}

/// What a call answered.
typealias DashboardAnswer = RouteAnswer
