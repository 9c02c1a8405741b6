import Foundation
import GameRules
import LocalServers
import Mining
import Platform
import Postgres
import FeatureRig
import Redis
import TestServers
import Testing

@testable import Gamification

/// A worker that dies after its commit and before its acknowledgement (spec 05 §6.2, §13).
@Suite("Killed workers", .serialized)
struct WorkerKillTests {
    private static let stream = "mining:share_submitted"
    private static let group = "tbg-api-consumers"
    private static let sharesOfRound = 120

    /// Everything the game keeps of what it gave.
    private static let given: SQL = """
        select concat_ws('|', 'g', user_id, total_xp, level, badges_earned, current_streak, longest_streak, streak_start_date,
                         last_active_week, streak_evaluated_week, total_shares, best_difficulty) from user_gamification union all
        select l::text from xp_ledger l union all select c::text from streak_calendar c union all
        select concat_ws('|', 'b', user_id, badge_id, earned_at, metadata) from user_badges union all
        select c::text from level_celebrations c union all select c::text from streak_celebrations c union all
        select concat_ws('|', 'n', user_id, dedupe_key) from notifications union all
        select concat_ws('|', 'a', user_id, dedupe_key) from activity_events order by 1
        """

    @Test("Killed again and again between commit and acknowledgement, workers change nothing with what comes again")
    func betweenCommitAndAcknowledgement() async throws {
        try await TestSlots.with {
            try await withDatabase(template: TestRuntime.migrated) { database in
                try await TestServers.withPrivateRedis { server in
                    let url = try await server.url()
                    try await TestRuntime.run(database: database.url, redis: url, at: Clock.system.now()) { runtime, _ in
                        try await kill(runtime, database: database.url, redis: url)
                    }
                }
            }
        }
    }

    private func kill(_ runtime: Runtime, database: String, redis url: String) async throws {
        let (now, redis) = (runtime.clock.now(), runtime.redis)
        let week = StreakService.lastClosedWeek(at: now)
        for back in 0..<8 {
            try await TimeTableKeeper(database: runtime.database).makeRanges(at: now.adding(seconds: -Int64(back) * 86_400))
        }
        let addresses = Season(miners: 8, seed: 50).addresses
        var naive = NaiveGame(miners: addresses.count)
        var chance = SeededRandom(seed: 50)
        let worker = Command(
            TestServers.program,
            ["worker"],
            environment: [
                "PATH": "/usr/bin:/bin", "TBG_DATABASE_URL": database, "TBG_REDIS_URL": url, "TBG_METRICS_PORT": "0",
                "TBG_CONSUMER_LEASE_SECONDS": "1", "TBG_LOG_LEVEL": "error", "TBG_LOG_FORMAT": "console", "TBG_NODE_ID": "victim",
            ],
            logPath: try await TestServers.temporaryDirectory("kill") + "/worker.log"
        )
        func given() async throws -> [String] {
            // What the leader may or may not have done before it died.
            try await StreakChecker(runtime: runtime, badges: try .embedded()).run()
            return try await runtime.database.query(Self.given, access: .write).map { try String(postgres: $0[0]) }
        }

        var accepted: Int64 = 0
        var sent = 0
        for round in 0..<3 {
            for _ in 0..<Self.sharesOfRound {
                let share = NaiveGame.Share(
                    miner: Int.random(in: addresses.indices, using: &chance),
                    time: now.adding(seconds: -Int64.random(in: 60...590_000, using: &chance)),
                    difficulty: Double(Int.random(in: 1_000...3_000_000, using: &chance))
                )
                let isAccepted = Int.random(in: 0..<10, using: &chance) > 0
                if isAccepted {
                    naive.add(share)
                    accepted += 1
                }
                sent += 1
                try await redis.xadd(Self.stream, fields: Self.entry(share, addresses[share.miner], isAccepted))
            }
            // Redis takes no acknowledgement: what the worker commits stays pending.
            try await redis.send(RedisCommand("ACL", "SETUSER", "default", "-xack"))
            let victim = try await ChildProcess.start(worker)
            try await eventually("round \(round) is committed") {
                try await runtime.database.query("select coalesce(sum(total_shares), 0)::bigint from user_gamification", access: .write)
                    .value(Int64.self) == accepted
            }
            await victim.stop(signal: SIGKILL, grace: .seconds(5))
            #expect(try await redis.xpending(Self.stream, group: Self.group).count == sent, "nothing was acknowledged")
        }

        let before = try await given()
        #expect(try await NaiveGame.stored(in: runtime.database, of: addresses) == naive.expectations(through: week.index))
        try await redis.send(RedisCommand("ACL", "SETUSER", "default", "+xack"))
        let last = try await ChildProcess.start(worker)
        try await eventually("everything is acknowledged") {
            guard let group = try? await redis.xinfoGroups(Self.stream).first(where: { $0.name == Self.group }) else { return false }
            return group.pending == 0 && group.lag == 0
        }
        await last.stop(grace: .seconds(10))
        #expect(try await given() == before)
        #expect(try await NaiveGame.stored(in: runtime.database, of: addresses) == naive.expectations(through: week.index))
        #expect(try await redis.xlen(Self.stream + ":dead") == 0)
    }

    private static func entry(_ share: NaiveGame.Share, _ address: String, _ isAccepted: Bool) -> [(
        name: StaticString, value: RedisArgument
    )] {
        let data = #"{"user":"\#(address)","worker":"r","diff":1000,"sdiff":\#(share.difficulty),"accepted":\#(isAccepted)}"#
        return [
            ("event", "share_submitted"), ("event_id", .string(UUID().uuidString.lowercased())),
            ("ts", .string("\(share.time.secondsSinceUnixEpoch)")), ("data", .string(data)),
        ]
    }

    /// Waits for what another process brings about.
    private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("did not come true: \(what)")
    }
}
