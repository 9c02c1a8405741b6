import ArgumentParser
import Mining
import Platform
import Postgres
import Redis

/// Ingest while fifty million shares lie in the table, compared with ingest while it is empty: same miners, same run.
struct IngestFull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest-full",
        abstract: "Ingest beside 50,000,000 stored shares against ingest into empty tables."
    )

    @OptionGroup var options: RigOptions

    @Option(help: "Shares that are there already, of the miners measured and as many others, over the last 60 days.")
    var loaded = 50_000_000

    @Option(help: "Shares in the stream when the worker starts.")
    var entries = 200_000

    @Option(help: "Miners they come from, with two workers each.")
    var miners = 1_000

    func run() async throws {
        try await Rig.run(options) { rig in
            let database = try await rig.databaseClient { $0.statementTimeout = .seconds(1800) }
            let redis = try await rig.redisClient()
            let run = IngestRun(rig: rig, options: options, database: database, redis: redis)
            let generator = ShareGenerator(miners: miners)
            let load = ShareLoad(count: loaded, addresses: ShareGenerator(miners: 2 * miners).addresses)
            let repetitions = options.repetitions ?? 3

            var empty: [Double] = []
            for _ in 0..<repetitions {
                try await load.makeMiners(database)
                empty.append(try await measure(run, generator))
            }
            try await load.makeMiners(database)
            let (seconds, _) = try await stopwatch { try await load.load(rig, database) }
            let facts = try await load.description(rig)
            // Once unmeasured: the game learns of the miners' past, which happens once in their lives.
            _ = try await measure(run, generator)
            var full: [Double] = []
            for _ in 0..<repetitions { full.append(try await measure(run, generator)) }
            await redis.close()
            await database.close()

            var report = Report("\(Double(entries).grouped) shares of \(Double(miners).grouped) miners", "", "per second", "range")
            report.row("ingest into empty tables", empty.median.grouped, empty.spread)
            report.row("ingest beside \(Double(loaded).grouped) shares", full.median.grouped, full.spread)
            report.atLeast(0.9, full.median / empty.median, "ratio")
            report.show()
            print("  loaded: \(facts), \(load.addresses.count) users, within \(seconds.formatted(0)) s")
        }
    }

    private func measure(_ run: IngestRun, _ generator: ShareGenerator) async throws -> Double {
        try await run.clearRedis()
        try await generator.fill(IngestService.shareStream, entries, run.redis)
        try await run.rig.psql("checkpoint")
        return try await run.drain(entries)
    }
}
