import Feed
import GameRules
import Mining
import Platform
import Postgres
import Testing

@testable import Gamification

/// What is told of experience, badges and streaks beside the live messages (spec 05 §11).
@Suite("News of gamification")
struct FeedNewsTests {
    private func pipeline(_ rig: GameRig) -> MiningPipeline {
        let news = FeedNews(runtime: rig.runtime)
        return rig.pipeline(GameEngine(ledger: GameLedger(runtime: rig.runtime, news: [news]), book: BadgeBook(catalogue: rig.catalogue)))
    }

    @Test("Badges, levels and bests are notified and remembered once; everybody hears of what is rare")
    func badges() async throws {
        try await GameRig.run { rig async throws in
            let shares = [PoolShare(achieved: 5_000), PoolShare(achieved: 2_000_000_000)]
            for _ in 0..<2 { try await rig.ingest(shares, through: pipeline(rig)) }
            let user = try await rig.owner()
            #expect(
                try await rig.texts("select dedupe_key from notifications where user_id = \(user) order by dedupe_key collate \"C\"")
                    == [
                        "badge:diff_1e6:\(user)", "badge:diff_1e9:\(user)", "badge:first_share:\(user)", "level:2:\(user)",
                        "pb:\(user):2026-W09",
                    ]
            )
            #expect(
                try await rig.texts("select activity_type from activity_events where user_id = \(user) order by 1")
                    == ["badge_earned", "badge_earned", "badge_earned", "level_up", "personal_best"]
            )
            #expect(try await rig.texts("select title from activity_feed") == ["{actor} earned the badge Billion Club"])
            #expect(try await rig.texts("select metadata->>'rarity' from activity_feed") == ["rare"])
        }
    }

    @Test("Of who does not want to be seen nobody hears")
    func hidden() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user(GameRig.address)
            try await rig.database.execute(
                "insert into user_settings (user_id, privacy, updated_at) values (\(user), '{\"showOnLeaderboard\": false}', \(rig.now))"
            )
            try await rig.ingest([PoolShare(achieved: 2_000_000_000)], through: pipeline(rig))
            #expect(try await rig.slugs(user).contains("diff_1e9"))
            #expect(try await rig.number("select count(*) from activity_feed") == 0)
            #expect(try await rig.number("select count(*) from activity_events where user_id = \(user) and is_global") == 0)
        }
    }

    @Test("Streaks are told by the keys of their week; milestones from twelve weeks on to everybody")
    func streaks() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user(GameRig.address)
            let week = ISOWeek(containing: rig.now)
            let news = FeedNews(runtime: rig.runtime)
            let all =
                [
                    StreakNews(user: user, kind: .extended, weeks: 12, week: week),
                    StreakNews(user: user, kind: .warning, weeks: 12, week: week),
                    StreakNews(user: user, kind: .broken, weeks: 1, week: week),
                ] + StreakMilestone.reached(byWeeks: 12).map { StreakNews(user: user, kind: .milestone($0), weeks: $0.weeks, week: week) }
            for _ in 0..<2 { try await rig.database.transaction { try await news.streaksChanged(all, now: rig.now, in: $0) } }
            #expect(
                try await rig.texts("select subtype from notifications where user_id = \(user) order by 1")
                    == ["streak_broken", "streak_extended", "streak_warning"]
            )
            #expect(try await rig.number("select count(*) from activity_events where user_id = \(user)") == 3)
            #expect(try await rig.texts("select title from activity_feed") == ["{actor} has mined 12 weeks in a row"])
        }
    }
}
