import API
import ArgumentParser
import Bitcoin
import Foundation
import GameRules
import Platform
import Postgres

/// What the dashboard asks of gamification, for a player of two years among many, compared with `GET /health`.
struct GamificationReads: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Routes of gamification against GET /health.")

    @OptionGroup var options: RigOptions

    @Option(help: "Seconds of one measurement.")
    var seconds = 1

    @Option(help: "Other players in the database.")
    var players = 10_000

    private static let weeks = 104

    func run() async throws {
        try await Rig.run(options) { rig in
            let api = try await rig.startAPI()
            let client = try WalletClient(url: api.url)
            guard let signer = WalletClient.signers(1, .p2wpkh).first else { throw BenchmarkFailure("there is no signer") }
            let header = "Authorization: Bearer " + (try client.signIn(signer))
            try await load(rig)

            let health = Comparison.Side(name: "/health", url: api.url + "/health")
            var comparisons = [("gamification", 0.4), ("badges", 0.25)].map { page, bound in
                let side = Comparison.Side(name: "/users/me/\(page)", url: api.url + "/api/v1/users/me/" + page, headers: [header])
                return Comparison(side, to: health, atLeast: bound)
            }
            try await Comparison.measure(&comparisons, turns: options.repetitions ?? 15, seconds: seconds)
            await api.stop()
            Comparison.show(comparisons, "requests per second, wrk with 64 connections")
        }
    }

    /// Two years of weeks, a ledger and half of the badges for everybody.
    private func load(_ rig: Rig) async throws {
        let monday = ISOWeek(containing: Clock.system.now()).monday
        let evaluated = ISOWeek(containing: monday).previous
        try await rig.psql(
            """
            insert into users (btc_address, created_at, updated_at) select 'bc1q' || n, now(), now() from generate_series(1, \(players)) n
            """,
            """
            insert into user_gamification (user_id, total_xp, level, level_title, badges_earned, current_streak, longest_streak,
                streak_start_date, last_active_week, streak_evaluated_week, total_shares, best_difficulty, updated_at)
            select id, 2340, 4, 'Solo Miner', 10, \(Self.weeks), \(Self.weeks), '\(monday.advanced(by: -7 * Self.weeks))',
                   '\(evaluated)', '\(evaluated)', 1000000, 2847193472, now() from users
            on conflict (user_id) do nothing
            """,
            """
            insert into streak_calendar (user_id, week_iso, week_start, share_count, best_diff, is_active, day_mask)
            select u.id, to_char(d, 'IYYY"-W"IW'), d::date, 1000, 1500, true, 127
            from users u, generate_series('\(monday)'::timestamp - interval '\(Self.weeks) weeks', '\(monday)'::timestamp, interval '1 week') d
            """,
            """
            insert into badge_definitions (slug, name, description, category, rarity, xp_reward, trigger_type, trigger_config, sort_order,
                                           created_at)
            select 'badge_' || n, 'Name', 'Text', 'mining', 'rare', 50, 'event', '{"event":"e"}', n, now() from generate_series(1, 20) n
            """,
            """
            insert into user_badges (user_id, badge_id, earned_at, metadata)
            select u.id, d.id, now() - d.id * interval '1 day', '{"weeks":"52","weekIso":"2026-W09"}'
            from users u, badge_definitions d where d.id % 2 = 0
            """,
            "vacuum analyze"
        )
    }
}
