import ArgumentParser
import Development
import Glibc
import LocalServers
import Postgres

/// Primary-key SELECTs per second of the `Postgres` target, compared with PostgreSQL's own load generator on the same cluster.
struct Selects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Primary-key SELECTs against pgbench.")

    @OptionGroup var options: RigOptions

    @Option(help: "Seconds of one measurement.")
    var seconds = 5

    @Option(help: "Tasks that each wait for one answer before they ask again.")
    var tasks = 64

    @Option(help: "Read connections of the client.")
    var connections: Int?

    /// pgbench's scale 10.
    private static let rows: Int32 = 1_000_000

    func run() async throws {
        try await Rig.run(options, migrated: false) { rig in
            let socket = try await rig.postgres.socketDirectory()
            let server = ["-h", socket, "-U", PostgresCluster.user, Rig.database]
            let pgbench = try Programs.find("pgbench")
            try await Command(pgbench, ["-i", "-q", "-s", "10"] + server).runSuccessfully()
            let client = try await rig.databaseClient { if let connections { $0.readConnections = connections } }
            _ = try await measure(client, for: .seconds(1))

            var ours: [Double] = []
            var theirs: [Double] = []
            for _ in 0..<(options.repetitions ?? 5) {
                let load = ["-S", "-M", "prepared", "-c", "16", "-j", "2", "-T", String(seconds)]
                theirs.append(try Self.rate(in: try await Command(pgbench, load + server).runSuccessfully()))
                ours.append(
                    try await Profiler.sampling(getpid(), "select", options) { try await measure(client, for: .seconds(seconds)) }
                )
            }
            await client.close()

            var report = Report("primary-key SELECTs per second", "", "median", "range")
            report.row("PostgresClient, \(tasks) tasks", ours.median.grouped, ours.spread)
            report.row("pgbench -S -M prepared -c 16 -j 2", theirs.median.grouped, theirs.spread)
            report.atLeast(1, ours.median / theirs.median, "ratio")
            report.show()
        }
    }

    private func measure(_ client: PostgresClient, for time: Duration) async throws -> Double {
        let (elapsed, count) = try await stopwatch {
            let deadline = ContinuousClock.now + time
            return try await withThrowingTaskGroup(of: Int.self) { group in
                for task in 0..<tasks {
                    group.addTask { try await Self.ask(client, until: deadline, seed: UInt64(task)) }
                }
                return try await group.reduce(0, +)
            }
        }
        return Double(count) / elapsed
    }

    private static func ask(_ client: PostgresClient, until deadline: ContinuousClock.Instant, seed: UInt64) async throws -> Int {
        var chance = SplitMix64(seed: seed)
        var count = 0
        while ContinuousClock.now < deadline {
            let id = Int32.random(in: 1...rows, using: &chance)
            let answer = try await client.query("select abalance from pgbench_accounts where aid = \(id)")
            guard let row = answer.first, try row.decode(Int32.self) == 0 else { throw BenchmarkFailure("a row is missing") }
            count += 1
        }
        return count
    }

    private static func rate(in text: String) throws -> Double {
        for line in text.split(separator: "\n") where line.hasPrefix("tps = ") {
            if let rate = Double(line.dropFirst(6).prefix { $0 != " " }) { return rate }
        }
        throw BenchmarkFailure("pgbench printed no rate:\n\(text)")
    }
}
