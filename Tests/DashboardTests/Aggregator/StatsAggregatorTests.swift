import FeatureRig
import API
import Feed
import GameRules
import LocalServers
@testable import Mining
import NIOCore
import Platform
import Postgres
import Redis
import Testing

@testable import Dashboard

/// What listeners are told on their turn, and what it costs (spec 04 §8, §10.1, §12.16).
@Suite("Aggregator of the start page")
struct StatsAggregatorTests {
    /// Runs a test with an aggregator and its audience.
    private static func run(_ body: @Sendable (DashboardRig, StatsAggregator, RecordedAudience) async throws -> Void) async throws {
        try await DashboardRig.run { rig in
            let audience = RecordedAudience()
            try await body(rig, StatsAggregator(runtime: rig.runtime, stats: rig.services.stats, audience: audience), audience)
        }
    }

    @Test("A turn fills the cache, and tells the figures and the hashrates; the route answers the same bytes")
    func fillsCache() async throws {
        try await Self.run { rig, aggregator, audience in
            let miner = try await rig.miner()
            try await rig.mine(3, by: miner, worker: "a")
            try await rig.mine(1, by: miner, worker: "b")
            audience.set([miner.user: [.dashboard, .mining, .gamification]])
            await aggregator.turn(of: miner.user.rawValue % StatsAggregator.slices, at: rig.clock.now)
            let told = audience.told()
            #expect(told.map(\.channel) == [.dashboard, .mining])
            #expect(told.allSatisfy { $0.user == miner.user && $0.isChanged })

            try await rig.execute("delete from user_daily_stats")
            let answer = try await rig.stats(of: miner)
            #expect(String(buffer: told[0].data) == #"{"type":"stats_update","# + answer.text.dropFirst())
            #expect(told[0].json["shares_today"] == 4)

            let update = told[1].json
            #expect(update["type"] == "hashrate_update")
            #expect(update["time"] == "2026-02-24T12:00:00.000Z")
            #expect(update["workers_online"] == 2)
            #expect(update["hashrate_5m"] == answer["hashrate"])
            #expect(update["workers"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["a", "b"])
            #expect(update["workers"]?[0]?["status"] == "online")
            let names = update["workers"]?[0]?.objectValue?.map(\.name)
            #expect(names == ["name", "status", "hashrate_1m", "hashrate_5m", "hashrate_1h", "hashrate_24h"])
        }
    }

    @Test("What has not changed is marked so, for those who have just come; what a channel's listeners do not want is not sent")
    func unchanged() async throws {
        try await Self.run { rig, aggregator, audience in
            let miner = try await rig.miner()
            let slice = miner.user.rawValue % StatsAggregator.slices
            audience.set([miner.user: [.dashboard, .mining]])
            await aggregator.turn(of: slice, at: rig.clock.now)
            #expect(audience.told().map(\.isChanged) == [true, true])
            rig.clock.advance(milliseconds: 10_000)
            await aggregator.turn(of: slice, at: rig.clock.now)
            #expect(audience.told().map(\.isChanged) == [false, false])

            rig.clock.advance(milliseconds: 10_000)
            try await rig.keepToday(1, of: miner)
            audience.set([miner.user: [.dashboard]])
            await aggregator.turn(of: slice, at: rig.clock.now)
            let changed = audience.told()
            #expect(changed.map(\.channel) == [.dashboard])
            #expect(changed[0].isChanged)

            // Who has left and comes again is new.
            audience.set([:])
            await aggregator.turn(of: slice, at: rig.clock.now)
            #expect(audience.told() == [])
            audience.set([miner.user: [.dashboard]])
            await aggregator.turn(of: slice, at: rig.clock.now)
            #expect(audience.told().map(\.isChanged) == [true])
        }
    }

    @Test("A user's turn comes with the remainder of its id; those without a socket cost nothing")
    func slices() async throws {
        try await Self.run { rig, aggregator, audience in
            let miners = try await rig.population(25)
            audience.set(Dictionary(uniqueKeysWithValues: miners.dropFirst(5).map { ($0, [.dashboard]) }))
            for slice in 0..<StatsAggregator.slices {
                await aggregator.turn(of: slice, at: rig.clock.now)
                let told = audience.told().map(\.user)
                #expect(Set(told) == Set(miners.dropFirst(5).filter { $0.rawValue % StatsAggregator.slices == slice }))
            }
            let cached = try await rig.runtime.redis.send(
                RedisCommand("EXISTS", arguments: miners.map { .string(StatsCache.key($0)) })
            )
            #expect(cached.int == 20)
        }
    }

    @Test("A turn that is still running is not started again; others go on")
    func busy() async throws {
        try await Self.run { rig, aggregator, audience in
            let (gate, opening) = AsyncStream<Void>.makeStream()
            audience.hold(gate)
            let first = Task { await aggregator.turn(of: 3, at: rig.clock.now) }
            await audience.untilHeld()
            #expect(await !aggregator.turn(of: 3, at: rig.clock.now))
            #expect(await aggregator.turn(of: 4, at: rig.clock.now))
            opening.finish()
            #expect(await first.value)
            #expect(await aggregator.turn(of: 3, at: rig.clock.now))
        }
    }

    @Test("More users than are read at once are all told")
    func batches() async throws {
        try await Self.run { rig, aggregator, audience in
            let miners = try await rig.population(24_000).filter { $0.rawValue % StatsAggregator.slices == 7 }
            try #require(miners.count > 500)
            audience.set(Dictionary(uniqueKeysWithValues: miners.map { ($0, [.dashboard, .mining]) }))
            await aggregator.turn(of: 7, at: rig.clock.now)
            let told = audience.told()
            for channel in [RealtimeChannel.dashboard, .mining] {
                #expect(Set(told.filter { $0.channel == channel }.map(\.user)) == Set(miners))
            }
            #expect(told.count == 2 * miners.count)
        }
    }

    @Test("While Redis is away figures from the database are told, no hashrates of workers")
    func withoutRedis() async throws {
        try await Self.run { rig, aggregator, audience in
            let miner = try await rig.miner()
            try await rig.mine(1, by: miner)
            audience.set([miner.user: [.dashboard, .mining]])
            await rig.redis.stop()
            try await rig.keepToday(3, of: miner)
            await aggregator.turn(of: miner.user.rawValue % StatsAggregator.slices, at: rig.clock.now)
            let told = audience.told()
            #expect(told.map(\.channel) == [.dashboard])
            #expect(told.first?.json["shares_today"] == 3)
        }
    }

    @Test("Hashrates are news once one has moved by a thousandth of what was told, or a worker's state has")
    func hashrateNews() {
        func update(_ rate: Double, online: Int = 1, _ workers: [WorkerBoard.Line] = []) -> HashrateReport {
            HashrateReport(
                total: LiveReader.UserFigures(
                    hashrates: Hashrates(oneMinute: rate, fiveMinutes: 1, oneHour: 1, oneDay: 1),
                    workersOnline: online
                ),
                workers: workers
            )
        }
        #expect(!update(1000).differs(from: update(1000)))
        #expect(!update(1000.9).differs(from: update(1000)))
        #expect(update(1001).differs(from: update(1000)))
        #expect(update(999).differs(from: update(1000)))
        #expect(update(1).differs(from: update(0)))
        #expect(!update(0).differs(from: update(0)))
        #expect(update(1000, online: 2).differs(from: update(1000)))
    }

    @Test("No turn is left out or taken twice, and a slice has at most one turn at once")
    func turns() {
        func due(_ last: Int64, _ milliseconds: Int64) -> [Int64] {
            StatsAggregatorService.due(since: last, at: Instant(millisecondsSinceUnixEpoch: milliseconds))
        }
        #expect(due(400, 100_249) == [])
        #expect(due(400, 100_250) == [401])
        #expect(due(400, 100_999) == [401, 402, 403])
        #expect(due(400, 500_000) == Array(1961...2000))
        #expect(due(400, 50_000) == [200])
    }
}

extension DashboardRig {
    /// So many users without a sign-in.
    func population(_ count: Int) async throws -> [UserID] {
        try await runtime.database.query(
            """
            insert into users (btc_address, is_verified, auth_method, created_at, updated_at)
            select 'bc1q' || n, true, 'wallet', \(clock.now), \(clock.now) from generate_series(1, \(count)) n returning id
            """,
            access: .write
        ).map { try UserID(postgres: $0[0]) }
    }
}
