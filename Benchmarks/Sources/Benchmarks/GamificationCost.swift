import ArgumentParser
import Foundation
import Gamification
import LocalServers
import Mining
import Platform
import Postgres
import Prometheus
import Redis

/// Ingest with gamification inside its transactions, compared with ingest without; both run in this process, in turns.
struct GamificationCost: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gamification",
        abstract: "Ingest with gamification against ingest without."
    )

    @OptionGroup var options: RigOptions

    @Option(help: "Shares in the stream when ingest starts.")
    var entries = 200_000

    @Option(help: "Miners they come from, with two workers each.")
    var miners = 1_000

    func run() async throws {
        try await Rig.run(options) { rig in
            let runtime = try Runtime(
                settings: try rig.settings(),
                role: "worker",
                metrics: PrometheusRegistry(descriptions: MetricTable.all)
            )
            try await runtime.redis.connect()
            let redis = try await rig.redisClient()
            let generator = ShareGenerator(miners: miners)
            var without: [Double] = []
            var with: [Double] = []
            for round in 0..<(options.repetitions ?? 3) {
                // Now one first, now the other, so that neither has the warmer machine.
                for isPlayed in round.isMultiple(of: 2) ? [false, true] : [true, false] {
                    try await clear(rig, redis)
                    try await generator.fill(IngestService.shareStream, entries, redis)
                    let rate = try await drain(rig, runtime, isPlayed ? [try GamificationService(runtime: runtime).engine] : [])
                    if isPlayed { with.append(rate) } else { without.append(rate) }
                }
            }
            let counted = try await rig.psql("select coalesce(sum(total_shares), 0) from user_gamification")
            let stored = try await rig.psql("select sum(accepted_shares) from user_share_totals")
            await redis.close()
            await runtime.close()
            // The last round may have been one without.
            guard counted == stored || counted == "0\n" else { throw BenchmarkFailure("\(counted) shares counted of \(stored)") }

            var report = Report("\(Double(entries).grouped) shares of \(Double(miners).grouped) miners", "", "per second", "range")
            report.row("ingest alone", without.median.grouped, without.spread)
            report.row("ingest with gamification", with.median.grouped, with.spread)
            report.atLeast(0.8, with.median / without.median, "ratio")
            report.show()
        }
    }

    private func clear(_ rig: Rig, _ redis: RedisClient) async throws {
        try await redis.send(RedisCommand("FLUSHALL"))
        try await rig.psql(
            "truncate users, shares, hourly_shares, daily_shares, pool_hourly, weekly_best_diff restart identity cascade",
            "checkpoint"
        )
    }

    /// Runs ingest and answers entries per second, from its start to the commit of the last entry.
    private func drain(_ rig: Rig, _ runtime: Runtime, _ observers: [any BatchObserver]) async throws -> Double {
        let ingest = Task { try await IngestService(runtime: runtime, observers: observers).run() }
        let (time, _) = try await stopwatch {
            while try await committed(runtime.database) < entries { try await Task.sleep(for: .milliseconds(10)) }
        }
        ingest.cancel()
        _ = await ingest.result
        return Double(entries) / time
    }

    /// The hours of the pool are written in the transaction that stores the shares.
    private func committed(_ database: PostgresClient) async throws -> Int {
        Int(try await database.query("select coalesce(sum(total_shares), 0)::bigint from pool_hourly").value(Int64.self) ?? 0)
    }
}
