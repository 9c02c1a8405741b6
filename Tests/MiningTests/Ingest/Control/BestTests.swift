import Foundation
import GameRules
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

/// Records the pool tells of (spec 03a §7.8).
@Suite("Best difficulty", .serialized)
struct BestTests {
    private func best(_ rig: IngestRig, _ value: Double, at time: Instant) throws -> MiningEvent {
        try rig.event(
            .bestDifficulty,
            at: time,
            #"{"user":"\#(SliceRig.address)","worker":"rig1","new_best":\#(value),"prev_best":0,"timeframe":"session"}"#
        )
    }

    @Test("A record raises week, month and all time once, counts no share, and its share changes nothing more")
    func beforeItsShare() async throws {
        try await IngestRig.run { rig in
            try await rig.runtime.database.execute(
                "insert into users (btc_address, created_at, updated_at) values (\(SliceRig.address), now(), now())"
            )
            let now = Clock.system.now()
            let pipeline = rig.pipeline()
            try await pipeline.control[.bestDifficulty]?.apply([try best(rig, 5000, at: now), try best(rig, 4000, at: now)], now: now)
            #expect(try await rig.number("select count(*) from personal_bests where best_difficulty = 5000") == 3)
            #expect(try await rig.number("select count(*) from user_daily_stats") == 0)
            let totals: SQL = "select total_shares from user_share_totals where latest_day is null and week_best_diff = 5000"
            #expect(try await rig.number(totals) == 0)

            let share = try rig.event(
                .shareSubmitted,
                at: now,
                #"{"user":"\#(SliceRig.address)","worker":"rig1","diff":1000,"sdiff":5000}"#
            )
            #expect(try await pipeline.shares.apply([share], now: now) == 1)
            #expect(try await rig.number("select count(*) from personal_bests where best_difficulty = 5000 and previous_best = 0") == 3)
            #expect(try await rig.number("select best_diff::bigint from user_daily_stats") == 5000)
            let rank = try await rig.runtime.redis.send(
                RedisCommand("ZSCORE", LiveKeys.rank(.alltime, "all"), try await rig.text("select id::text from users") ?? "")
            )
            #expect(rank.double == 5000)
        }
    }

    @Test("A record of nobody is ignored")
    func nobody() async throws {
        try await IngestRig.run { rig in
            let now = Clock.system.now()
            try await rig.pipeline().control[.bestDifficulty]?.apply([try best(rig, 5000, at: now)], now: now)
            #expect(try await rig.number("select count(*) from personal_bests") == 0)
            #expect(try await rig.number("select count(*) from users") == 0)
        }
    }
}
