import ArgumentParser
import Development
import Foundation
import LocalServers
import Mining
import Postgres
import Redis

/// Shares from the Redis stream into rows, roll-ups and messages by the real worker role, compared with copying the same rows into a bare table.
struct Ingest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ingest of shares against COPY of the same rows.")

    @OptionGroup var options: RigOptions

    @Option(help: "Shares in the stream when the worker starts.")
    var entries = 400_000

    @Option(help: "Miners they come from, with two workers each.")
    var miners = 1_000

    /// The columns ingest fills.
    private static let columns =
        "time, btc_address, worker_name, difficulty, share_diff, is_valid, nonce, nonce2, block_hash, source, region, event_id, user_id, worker_id, reject_reason"

    func run() async throws {
        try await Rig.run(options) { rig in
            let database = try await rig.databaseClient()
            let redis = try await rig.redisClient()
            let run = IngestRun(rig: rig, options: options, database: database, redis: redis)
            let generator = ShareGenerator(miners: miners)
            var ours: [Double] = []
            var theirs: [Double] = []
            for _ in 0..<(options.repetitions ?? 3) {
                try await clear(rig, run)
                try await generator.fill(IngestService.shareStream, entries, redis)
                ours.append(try await run.drain(entries))
                theirs.append(try await copy(rig))
            }
            await redis.close()
            await database.close()

            // What was measured one right after the other is compared: the machine's speed changes within seconds.
            let ratios = zip(ours, theirs).map { $0 / $1 }
            var report = Report("\(Double(entries).grouped) shares of \(Double(miners).grouped) miners", "", "per second", "range")
            report.row("ingest by tbg worker, committed", ours.median.grouped, ours.spread)
            report.row("COPY of the same rows", theirs.median.grouped, theirs.spread)
            report.row("ratio", ratios.median.formatted(2), ratios.spread(2))
            report.atLeast(0.35, ratios.median, "median of the ratios")
            report.show()
        }
    }

    /// Empties everything, so that each repetition finds the same.
    private func clear(_ rig: Rig, _ run: IngestRun) async throws {
        try await run.clearRedis()
        try await rig.psql(
            "drop table if exists bare_shares",
            "truncate users, shares, hourly_shares, daily_shares, pool_hourly restart identity cascade",
            "checkpoint"
        )
    }

    /// Copies the stored rows out, then into a table with the same columns and indexes, and answers rows per second of the latter.
    private func copy(_ rig: Rig) async throws -> Double {
        let file = rig.directory + "/shares.copy"
        try await rig.psql(
            "\\copy (select \(Self.columns) from shares) to '\(file)' (format binary)",
            "create table bare_shares (like shares including all)",
            "checkpoint"
        )
        let text = try await rig.psql("\\timing on", "\\copy bare_shares (\(Self.columns)) from '\(file)' (format binary)")
        try FileManager.default.removeItem(atPath: file)
        guard let word = text.split(separator: "\n").first(where: { $0.hasPrefix("Time: ") })?.split(separator: " ").dropFirst().first,
            let milliseconds = Double(word)
        else { throw BenchmarkFailure("psql printed no time: \(text)") }
        return Double(entries) / milliseconds * 1000
    }
}
