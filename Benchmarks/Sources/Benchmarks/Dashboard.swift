import API
import ArgumentParser
import Bitcoin
import LocalServers

/// `GET /api/v1/dashboard/stats` of a miner with two days of hours behind him, compared with `GET /health` of the same process.
struct Dashboard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "GET /dashboard/stats against GET /health.")

    @OptionGroup var options: RigOptions

    @Option(help: "Seconds of one measurement: longer than the ten for which an answer is kept.")
    var seconds = 12

    private static let path = "/api/v1/dashboard/stats"

    func run() async throws {
        try await Rig.run(options) { rig in
            let api = try await rig.startAPI()
            guard let wallet = WalletClient.signers(1, .p2wpkh).first else { throw BenchmarkFailure("no wallet") }
            let client = try WalletClient(url: api.url)
            let token = try client.signIn(wallet)
            try await load(rig, wallet.address.canonical)
            guard try client.get(Self.path, token: token)["shares_today"]?.int64Value == 1000 else {
                throw BenchmarkFailure("not the figures that were loaded")
            }

            let header = "Authorization: Bearer " + token
            var stats: [Wrk] = []
            var health: [Wrk] = []
            _ = try await Wrk.run(api.url + Self.path, seconds: 1, headers: [header])
            for _ in 0..<(options.repetitions ?? 3) {
                health.append(try await Wrk.run(api.url + "/health", seconds: seconds))
                stats.append(
                    try await Profiler.sampling(api.child.pid, "dashboard", options) {
                        try await Wrk.run(api.url + Self.path, seconds: seconds, headers: [header])
                    }
                )
            }
            await api.stop()

            let (full, light) = (stats.map(\.requestsPerSecond), health.map(\.requestsPerSecond))
            var report = Report("requests per second, wrk with 64 connections", "", "median", "range", "p99 ms")
            report.row("GET \(Self.path)", full.median.grouped, full.spread, stats.map(\.p99).median.formatted(2))
            report.row("GET /health", light.median.grouped, light.spread, health.map(\.p99).median.formatted(2))
            report.atLeast(0.4, full.median / light.median, "ratio")
            report.atMost(50, stats.map(\.p99).median, "p99", unit: "ms")
            report.show()
        }
    }

    /// Sums as ingest would have left them.
    private func load(_ rig: Rig, _ address: String) async throws {
        try await rig.psql(
            """
            insert into hourly_shares (user_id, bucket, total_shares, accepted_shares, rejected_shares, work, share_diff_sum, best_diff)
            select id, date_trunc('hour', now()) - make_interval(hours => n), 100, 99, 1, 1e6, 1e6, 1e9
            from users, generate_series(1, 49) n where btc_address = '\(address)'
            """,
            """
            insert into user_daily_stats (user_id, day, total_shares, diff_hist, presence, updated_at)
            select id, (now() at time zone 'UTC')::date, 1000, array_fill(0::bigint, array[16]), '', now()
            from users where btc_address = '\(address)'
            """,
            """
            insert into user_share_totals (user_id, latest_day, day_total_shares)
            select user_id, day, total_shares from user_daily_stats
            on conflict (user_id) do update set latest_day = excluded.latest_day, day_total_shares = excluded.day_total_shares
            """,
            """
            insert into user_gamification (user_id, total_xp, current_streak, updated_at)
            select id, 2340, 4, now() from users where btc_address = '\(address)'
            """
        )
    }
}
