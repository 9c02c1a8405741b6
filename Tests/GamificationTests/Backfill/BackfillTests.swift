import GameRules
import Mining
import Postgres
import Testing

@testable import Gamification

/// Spec 05 §6.4: shares that were stored while nobody counted.
@Suite("Backfill")
struct BackfillTests {
    @Test("Shares of before are counted once: badges, calendar and weekly bests, but no experience of days")
    func once() async throws {
        try await GameRig.run { rig async throws in
            let earlier = rig.now.adding(seconds: -5 * 86_400)
            let silent = MiningPipeline(runtime: rig.runtime)
            try await rig.ingest(
                [
                    PoolShare(time: earlier, achieved: 2e6), PoolShare(achieved: 10), PoolShare(achieved: 20),
                    PoolShare(achieved: 9, isAccepted: false),
                ],
                through: silent
            )
            // One that is counted as it comes.
            try await rig.ingest([PoolShare(achieved: 30)])
            let user = try await rig.owner()
            let backfill = Backfill(runtime: rig.runtime, ledger: rig.ledger, book: rig.book)
            #expect(try await backfill.run(now: rig.now) == 1)
            for _ in 0..<2 {
                #expect(try await rig.number("select total_shares from user_gamification") == 4)
                #expect(try await rig.slugs(user) == ["first_share", "diff_1e6"])
                #expect(try await rig.booked(user).sorted() == ["badge 50", "badge 50", "share 50"])
                #expect(
                    try await rig.texts("select week_iso || ' ' || share_count || ' ' || day_mask from streak_calendar order by 1")
                        == ["2026-W08 1 16", "2026-W09 3 4"]
                )
                #expect(
                    try await rig.texts(
                        "select week_start || ' ' || total_shares || ' ' || best_difficulty from weekly_best_diff order by 1"
                    )
                        == ["2026-02-16 1 2000000", "2026-02-23 3 30"]
                )
                #expect(try await backfill.run(now: rig.now) == 0)
            }
            #expect(try await rig.number("select count(*) from gamification_backfills") == 1)
        }
    }
}
