import Foundation
import GameRules
import Mining
import Platform
import Postgres
import Testing

@testable import Gamification

/// Every badge is earned from the event that earns it, and pays what its definition says (spec 05 §4.1, §14 no. 7).
@Suite("Every badge")
struct EveryBadgeTests {
    @Test("Badges other features' events earn", arguments: GameEvent.allCases)
    func events(event: GameEvent) async throws {
        try await GameRig.run { rig async throws in
            let (user, other) = (try await rig.user(), try await rig.user())
            for _ in 0..<2 {
                let outcome = try await rig.database.transaction { transaction in
                    try await rig.events.emit(
                        event,
                        by: user,
                        id: "one",
                        metadata: BadgeMetadata(["competition": "World"]),
                        now: rig.now,
                        in: transaction
                    )
                }
                await rig.events.announce(outcome)
            }
            let definition = try #require(rig.catalogue.entries.first { $0.rule.trigger == .event(event.rawValue) })
            #expect(try await rig.slugs(user) == [definition.rule.slug])
            #expect(try await rig.booked(user) == ["badge \(definition.rule.xpReward)"])
            #expect(try await rig.slugs(other).isEmpty)
            #expect(try await rig.texts("select metadata->>'event' from user_badges") == [event.rawValue])
            #expect(try await rig.texts("select metadata->>'eventId' from user_badges") == ["one"])
            #expect(try await rig.number("select count(*) from user_badges where notified") == 1)
            #expect(try await rig.number("select sum(total_earned)::bigint from badge_stats") == 1)
        }
    }

    @Test("Badges of shares, by thresholds: one less does not earn, a jump over three earns all")
    func thresholds() async throws {
        try await GameRig.run { rig async throws in
            let pipeline = rig.pipeline()
            try await rig.ingest([PoolShare(achieved: 999_999)], through: pipeline)
            let user = try await rig.owner()
            #expect(try await rig.slugs(user) == ["first_share"])
            try await rig.ingest([PoolShare(achieved: 1_000_000_000_000)], through: pipeline)
            #expect(try await rig.slugs(user) == ["first_share", "diff_1e6", "diff_1e9", "diff_1e12"])
            // A million shares, but for two.
            try await rig.database.execute("update user_gamification set total_shares = 999998")
            try await rig.ingest([PoolShare(achieved: 1)], through: pipeline)
            #expect(try await !rig.slugs(user).contains("shares_1m"))
            try await rig.ingest([PoolShare(achieved: 1)], through: pipeline)
            #expect(
                try await rig.slugs(user) == ["first_share", "shares_1k", "shares_1m", "diff_1e6", "diff_1e9", "diff_1e12"]
            )
        }
    }

    @Test("All twenty and nothing else are worth 4,500: level 5, 400 of 3,000")
    func all() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user()
            let page = try await rig.database.transaction { try await rig.book.page(now: rig.now, in: $0) }
            try await rig.apply { for badge in page.active { $0.award(badge, to: user, BadgeMetadata()) } }
            #expect(try await rig.standing(user) == [4500, 5, 20])
            let progress = LevelTable.progress(forTotalXP: 4500)
            #expect(progress.xpIntoLevel == 400 && progress.xpForLevel == 3000)
        }
    }

    @Test("The streak's badges follow its length", arguments: [(3, 0), (4, 1), (51, 2), (60, 3)])
    func streaks(weeks: Int, badges: Int) async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user()
            let page = try await rig.database.transaction { try await rig.book.page(now: rig.now, in: $0) }
            try await rig.apply { $0.award(.streak(Int64(weeks)), to: user, from: page) { _ in BadgeMetadata(["weeks": "\(weeks)"]) } }
            #expect(try await rig.slugs(user) == ["streak_4", "streak_12", "streak_52"].prefix(badges).map { $0 })
        }
    }

    @Test("A first share earns its giver the badge, in the same transaction")
    func gift() async throws {
        struct Gift: FirstShareObserver {
            let giver: UserID
            func firstShares(of users: [UserID], now: Instant, in transaction: PostgresTransaction) async throws -> [GameOccurrence] {
                users.map { GameOccurrence(.giftBitaxe, of: giver, id: "gift-\($0)") }
            }
        }
        try await GameRig.run { rig async throws in
            let giver = try await rig.user()
            let engine = rig.engine(firstShares: [Gift(giver: giver)])
            for _ in 0..<2 { try await rig.ingest([PoolShare(achieved: 5)], through: rig.pipeline(engine)) }
            #expect(try await rig.slugs(giver) == ["orange_piller"])
            #expect(try await rig.booked(giver) == ["badge 200"])
        }
    }

    @Test("The rows equal the normative file, and a second start writes none")
    func definitions() async throws {
        try await GameRig.run { rig async throws in
            try await rig.book.install(in: rig.database, now: rig.now)
            let before = try await rig.texts("select slug || xmin from badge_definitions order by sort_order")
            try await BadgeBook.embedded().install(in: rig.database, now: rig.now)
            #expect(try await rig.texts("select slug || xmin from badge_definitions order by sort_order") == before)
            let url = try #require(Bundle.module.url(forResource: "badges", withExtension: "json", subdirectory: "Data"))
            let entries = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
            let badges = try #require(entries["badges"] as? [[String: Any]])
            let rows = try await rig.texts(
                """
                select concat_ws(' ', sort_order, slug, name, category, rarity, xp_reward, trigger_type, trigger_config->>'event',
                                 (trigger_config->>'threshold')::bigint)
                from badge_definitions order by sort_order
                """
            )
            let expected = badges.map { badge in
                let settings = badge["trigger_config"] as? [String: Any] ?? [:]
                let words = ["sort_order", "slug", "name", "category", "rarity", "xp_reward", "trigger_type"].map { "\(badge[$0] ?? "")" }
                return (words + ["event", "threshold"].compactMap { settings[$0].map { "\($0)" } }).joined(separator: " ")
            }
            #expect(rows == expected && rows.count == 20)
        }
    }
}
