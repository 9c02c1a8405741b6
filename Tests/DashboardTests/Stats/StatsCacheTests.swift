import FeatureRig
import API
import GameRules
import LocalServers
import Platform
import Postgres
import Redis
import Testing

@testable import Dashboard

/// What the figures cost, and what becomes of them when something cannot be read (spec 04 §3, §11).
@Suite("Figures of the start page: cache and failures")
struct StatsCacheTests {
    @Test("Cold calls at once are computed once")
    func parallel() async throws {
        try await DashboardRig.run { rig in
            let miner = try await rig.miner()
            try await rig.mine(1, by: miner)
            let answers = try await withThrowingTaskGroup(of: DashboardAnswer.self) { group in
                for _ in 0..<8 { group.addTask { try await rig.stats(of: miner) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers.map(\.text)).count == 1)
        }
    }

    @Test("A follower gets the leader's value, waits no longer than it may, and nothing from one that failed")
    func singleFlight() async throws {
        struct Failed: Error {}
        let flights = SingleFlight<Int, Int>()
        let (release, releasing) = AsyncStream<Bool>.makeStream()
        let (started, starting) = AsyncStream<Void>.makeStream()
        let leader = Task {
            try await flights.value(of: 1, patience: .seconds(60)) {
                starting.yield()
                for await succeeds in release where !succeeds { throw Failed() }
                return 7
            }
        }
        for await _ in started { break }
        #expect(try await flights.value(of: 1, patience: .milliseconds(1)) { 8 } == nil)
        #expect(try await flights.value(of: 2, patience: .seconds(60)) { 9 } == 9)
        let follower = Task { try await flights.value(of: 1, patience: .seconds(60)) { 10 } }
        releasing.finish()
        #expect(try await leader.value == 7)
        // It came in time for the leader's value, or began anew.
        #expect([7, 10].contains(try await follower.value))
        await #expect(throws: Failed.self) { try await flights.value(of: 1, patience: .seconds(1)) { throw Failed() } }
        #expect(try await flights.value(of: 1, patience: .seconds(1)) { 11 } == 11)
    }

    @Test("Sums of past hours are kept until the hour ends; those of its first minute only for that minute")
    func hours() async throws {
        try await DashboardRig.run { rig in
            let miner = try await rig.miner()
            try await rig.keepHour(24, of: miner, shares: 10)
            try await rig.keepToday(5, of: miner)
            rig.clock.set(DashboardRig.start.adding(seconds: 10))
            _ = try await rig.stats(of: miner)
            let key = StatsCache.hoursKey(miner.user, UTCHour(containing: rig.clock.now))
            #expect(key == "cache:dashh:\(miner.user):2026-02-24T12")
            #expect(try await rig.runtime.redis.send(RedisCommand("PTTL", key)).int ?? 0 <= 50_000)
            _ = try await rig.runtime.redis.send(RedisCommand("DEL", key))
            rig.clock.set(DashboardRig.start.adding(seconds: 1800))
            #expect(try await rig.stats(of: miner)["shares_change"] == 0)
            let life = try await rig.runtime.redis.send(RedisCommand("PTTL", key)).int ?? 0
            #expect((1_700_000...1_800_000).contains(life))
            // The elapsed share of the hour is applied to what is kept: 7.5 of yesterday's 10 shares.
            try await rig.execute("delete from hourly_shares")
            rig.clock.set(DashboardRig.start.adding(seconds: 2700))
            try await rig.keepToday(15, of: miner)
            #expect(try await rig.stats(of: miner)["shares_change"] == 100)
            // The next hour reads anew.
            rig.clock.set(DashboardRig.start.adding(seconds: 3600))
            #expect(try await rig.stats(of: miner)["shares_change"] == 0)
        }
    }

    @Test("While the game's tables are locked the rest is answered, with the game's last figures or its beginning, and the header")
    func locked() async throws {
        try await DashboardRig.run { rig in
            let known = try await rig.miner()
            let unknown = try await rig.miner(DashboardRig.otherAddress)
            try await rig.keepProgress(of: known, xp: 150, badges: 2, streak: 6)
            try await rig.keepProgress(of: unknown, xp: 150)
            _ = try await rig.stats(of: known)
            rig.clock.advance(milliseconds: 10_000)
            try await rig.mine(1, by: known)
            try await rig.runtime.database.transaction { transaction in
                _ = try await transaction.execute("lock table user_gamification in access exclusive mode")
                let answer = try await rig.get("stats", by: known)
                #expect(answer.status == 200)
                #expect(answer.isStale)
                #expect(answer["level"] == 2)
                #expect(answer["streak"] == 6)
                #expect(answer["badges_earned"] == 2)
                #expect(answer["shares_today"] == 1)
                // It is remembered with the bytes.
                let again = try await rig.get("stats", by: known)
                #expect(again.isStale && again.bytes == answer.bytes)

                let beginner = try await rig.get("stats", by: unknown)
                #expect(beginner.status == 200)
                #expect(beginner.isStale)
                #expect(beginner["level"] == 1)
                #expect(beginner["xp_to_next"] == 100)

                // Ten minutes after they were read the figures are no longer shown.
                rig.clock.advance(milliseconds: 591_000)
                #expect(try await rig.get("stats", by: known)["level"] == 1)
            }
            rig.clock.advance(milliseconds: 10_000)
            #expect(try await rig.stats(of: known)["level"] == 2)
        }
    }

    @Test("Without the game's tables the rest is answered")
    func missing() async throws {
        try await DashboardRig.run { rig in
            let miner = try await rig.miner()
            try await rig.execute("alter table user_gamification rename to elsewhere")
            let answer = try await rig.get("stats", by: miner)
            #expect(answer.status == 200)
            #expect(answer.isStale)
            #expect(answer["level_title"] == "Nocoiner")
        }
    }

    @Test("Without Redis the figures come from the database and say so")
    func withoutRedis() async throws {
        try await DashboardRig.run { rig in
            let miner = try await rig.miner()
            try await rig.mine(2, by: miner)
            await rig.redis.stop()
            let answer = try await rig.get("stats", by: miner)
            #expect(answer.status == 200)
            #expect(answer.isStale)
            #expect(answer["shares_today"] == 2)
            #expect(answer["workers_online"] == 1)
            #expect(answer["network_diff"]?.doubleValue ?? 0 > 0)
        }
    }

    @Test("What is not understood in Redis is made anew")
    func damaged() async throws {
        try await DashboardRig.run { rig in
            let miner = try await rig.miner()
            let hour = StatsCache.hoursKey(miner.user, UTCHour(containing: rig.clock.now))
            for text in ["", "x", "[1]", "[1,2,3,4,{}]"] {
                _ = try await rig.runtime.redis.send(RedisCommand("SET", StatsCache.key(miner.user), text))
                _ = try await rig.runtime.redis.send(RedisCommand("SET", hour, text))
                #expect(try await rig.stats(of: miner)["level"] == 1)
            }
        }
    }
}
