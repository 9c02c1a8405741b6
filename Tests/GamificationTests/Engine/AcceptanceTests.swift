import GameRules
import Mining
import Postgres
import Testing

@testable import Gamification

/// Spec 05 §14 nos. 3–5, 7 and §13 Counting, from the event the pool sends to the rows a user reads.
@Suite("Engine of gamification")
struct AcceptanceTests {
    @Test("One share of a new user: what spec 05 §14 no. 3 says, and nothing more when it comes again")
    func firstShare() async throws {
        try await GameRig.run { rig async throws in
            let share = PoolShare(achieved: 1_500_000)
            #expect(try await rig.ingest([share]) == 1)
            for _ in 0..<2 {
                let user = try await rig.owner()
                #expect(try await rig.booked(user) == ["share 50", "badge 50", "badge 50"])
                #expect(try await rig.slugs(user) == ["first_share", "diff_1e6"])
                #expect(try await rig.standing(user) == [150, 2, 2])
                #expect(
                    try await rig.texts("select week_iso || ' ' || share_count || ' ' || day_mask || ' ' || is_active from streak_calendar")
                        == ["2026-W09 1 4 true"]
                )
                #expect(
                    try await rig.texts("select week_start || ' ' || best_difficulty || ' ' || total_shares from weekly_best_diff")
                        == ["2026-02-23 1500000 1"]
                )
                #expect(try await rig.texts("select old_level || ' ' || new_level from level_celebrations") == ["1 2"])
                #expect(
                    try await rig.texts("select metadata::text from user_badges order by id")
                        == [#"{"totalShares": "1"}"#, #"{"worker": "rig1", "difficulty": "1,500,000"}"#]
                )
                // Again, in another process.
                #expect(try await rig.ingest([share]) == 0)
            }
        }
    }

    @Test("A best beaten pays once a week, and its badge once: spec 05 §14 no. 4, in three batches and in one")
    func bests() async throws {
        for isOneBatch in [false, true] {
            try await GameRig.run { rig async throws in
                let shares = [1_500_000.0, 2e9, 3e9].map { PoolShare(achieved: $0) }
                for batch in isOneBatch ? [shares] : shares.map({ [$0] }) { try await rig.ingest(batch) }
                let user = try await rig.owner()
                #expect(try await rig.standing(user) == [300, 2, 3])
                #expect(
                    try await rig.texts("select idempotency_key from xp_ledger order by idempotency_key")
                        == [
                            "badge:diff_1e6:\(user)", "badge:diff_1e9:\(user)", "badge:first_share:\(user)",
                            "personal_best:\(user):2026-W09",
                            "share_day:\(user):2026-02-25",
                        ]
                )
                #expect(
                    try await rig.texts("select metadata->>'difficulty' from user_badges where metadata ? 'difficulty' order by badge_id")
                        == ["1,500,000", "2,000,000,000"]
                )
            }
        }
    }

    @Test("Blocks pay once a height and user: spec 05 §14 no. 5")
    func blocks() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user(GameRig.address)
            let pipeline = rig.pipeline()
            func found(_ height: Int) async throws {
                let event = try GameRig.event(
                    .blockFound,
                    at: rig.now,
                    #"{"height":\#(height),"user":"\#(GameRig.address)","worker":"rig1"}"#
                )
                try await pipeline.control[.blockFound]?.apply([event], now: rig.now)
            }
            for _ in 0..<2 {
                try await found(879_412)
                #expect(try await rig.booked(user) == ["block 500", "badge 500"])
                #expect(try await rig.standing(user) == [1000, 3, 1])
            }
            #expect(try await rig.texts("select old_level || ' ' || new_level from level_celebrations") == ["1 3"])
            #expect(try await rig.texts("select metadata->>'blockHeight' from user_badges") == ["879,412"])
            try await found(879_500)
            #expect(try await rig.standing(user) == [1500, 3, 1])
            #expect(try await rig.number("select blocks_found::bigint from user_gamification") == 2)
        }
    }

    @Test("A record told by the pool raises the best and its badges, and counts no share")
    func record() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user(GameRig.address)
            let pipeline = rig.pipeline()
            for best in [2_000_000, 3_000_000, 3_000_000] {
                let event = try GameRig.event(
                    .bestDifficulty,
                    at: rig.now,
                    #"{"user":"\#(GameRig.address)","worker":"rig1","new_best":\#(best),"prev_best":0,"timeframe":"alltime"}"#
                )
                try await pipeline.control[.bestDifficulty]?.apply([event], now: rig.now)
            }
            #expect(try await rig.booked(user) == ["badge 50", "personal_best 50"])
            #expect(try await rig.number("select total_shares from user_gamification") == 0)
            #expect(try await rig.number("select count(*) from streak_calendar") == 0)
        }
    }

    @Test("A rejected share has no effect, whatever its difficulty; nor has one of nobody")
    func rejected() async throws {
        try await GameRig.run { rig async throws in
            try await rig.user(GameRig.address)
            try await rig.ingest([PoolShare(achieved: 1e15, isAccepted: false), PoolShare(user: "unknown", achieved: 1e15)])
            for table: SQL in [
                "select count(*) from user_gamification", "select count(*) from xp_ledger", "select count(*) from streak_calendar",
            ] {
                #expect(try await rig.number(table) == 0)
            }
        }
    }

    @Test("A thousand shares of one user in one batch count a thousand times; the badge shows the thousandth")
    func thousand() async throws {
        try await GameRig.run { rig async throws in
            let shares = (0..<1200).map { PoolShare(time: rig.now.adding(milliseconds: Int64($0)), achieved: 10) }
            let pipeline = rig.pipeline()
            try await rig.ingest(Array(shares[..<999]), through: pipeline)
            let user = try await rig.owner()
            #expect(try await rig.slugs(user) == ["first_share"])
            try await rig.ingest(Array(shares[999...]), through: pipeline)
            #expect(try await rig.slugs(user) == ["first_share", "shares_1k"])
            #expect(try await rig.texts("select metadata->>'totalShares' from user_badges order by id") == ["1", "1,000"])
            #expect(try await rig.number("select total_shares from user_gamification") == 1200)
        }
    }

    @Test("Sunday's last millisecond and Monday's first are of two weeks and two days")
    func midnight() async throws {
        try await GameRig.run(at: Instant(rfc3339: "2026-03-02T00:05:00Z") ?? .unixEpoch) { rig async throws in
            try await rig.ingest(
                ["2026-03-01T23:59:59.999Z", "2026-03-02T00:00:00Z"].compactMap { Instant(rfc3339: $0) }.map {
                    PoolShare(time: $0, achieved: 10)
                }
            )
            #expect(
                try await rig.texts("select week_iso || ' ' || day_mask from streak_calendar order by week_iso") == [
                    "2026-W09 64", "2026-W10 1",
                ]
            )
            #expect(try await rig.number("select count(*) from xp_ledger where source = 'share'") == 2)
        }
    }

    @Test("An inactive badge is not given; one added later is given with the next share to who deserves it already")
    func definitions() async throws {
        try await GameRig.run { rig async throws in
            try await rig.ingest([PoolShare(achieved: 10)])
            let user = try await rig.owner()
            let late = BadgeCatalogue(
                entries: rig.catalogue.entries.map { entry in
                    guard entry.rule.slug == "shares_1m" else { return entry }
                    let rule = BadgeRule(slug: "shares_2", sortOrder: 3, xpReward: 7, trigger: .shareCount(2))
                    return .init(
                        rule: rule,
                        name: "Two",
                        text: "",
                        category: .mining,
                        rarity: .common,
                        condition: "2",
                        iconURL: nil
                    )
                }
            )
            func engine(_ catalogue: BadgeCatalogue) -> GameEngine { GameEngine(ledger: rig.ledger, book: BadgeBook(catalogue: catalogue)) }
            try await rig.ingest([PoolShare(achieved: 10), PoolShare(achieved: 10)])
            try await rig.ingest([PoolShare(achieved: 10)], through: rig.pipeline(engine(late)))
            #expect(try await rig.slugs(user) == ["first_share", "shares_2"])
            #expect(try await rig.number("select count(*) from badge_definitions where slug = 'shares_1m' and not is_active") == 1)
        }
    }
}
