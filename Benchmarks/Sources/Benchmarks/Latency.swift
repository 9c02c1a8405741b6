import ArgumentParser
import Development
import Foundation
import GameRules
import LocalServers
import Platform
import Postgres
import Synchronization

/// How long a share takes from the collector's socket to its row, at a steady rate.
struct Latency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Milliseconds from the collector's socket to the committed row.")

    @OptionGroup var options: RigOptions

    @Option(help: "Shares a second.")
    var rate = 2_000

    @Option(help: "Seconds of one measurement.")
    var seconds = 10

    @Option(help: "Miners they come from.")
    var miners = 1_000

    func run() async throws {
        try await Rig.run(options) { rig in
            let socket = rig.directory + "/events.sock"
            let spool = rig.directory + "/spool"
            let worker = try await rig.start(role: "worker")
            let collector = try await rig.start(role: "collect", ["TBG_COLLECTOR_SOCKET": socket, "TBG_COLLECTOR_SPOOL_DIR": spool])
            while !FileManager.default.fileExists(atPath: socket) { try await Task.sleep(for: .milliseconds(10)) }
            let database = try await rig.databaseClient()
            let generator = ShareGenerator(miners: miners)
            // The first shares make the miners' accounts.
            var stored = try await measure(generator, socket, database, from: 0, count: 2 * miners).count
            var all: [Double] = []
            for _ in 0..<(options.repetitions ?? 3) {
                let times = try await measure(generator, socket, database, from: stored, count: rate * seconds)
                stored += times.count
                all += times
            }
            await collector.stop()
            await worker.stop()
            await database.close()

            all.sort()
            var report = Report("milliseconds from the socket to the committed row, \(Double(rate).grouped) shares a second", "", "ms")
            for (name, place) in [("median", 0.5), ("95 of 100 within", 0.95), ("99 of 100 within", 0.99)] {
                report.row(name, all[Int(Double(all.count - 1) * place)].formatted(1))
            }
            report.row("longest", (all.last ?? 0).formatted(1))
            report.atMost(50, all[Int(Double(all.count - 1) * 0.99)], "99 of 100 within", unit: "ms")
            report.show()
        }
    }

    /// Sends at the rate, and notes for every share when a count of the committed ones first held it.
    private func measure(
        _ generator: ShareGenerator,
        _ socket: String,
        _ database: PostgresClient,
        from stored: Int,
        count: Int
    ) async throws -> [Double] {
        let sent = Sending(count)
        let rate = rate
        let datagrams = generator.datagrams(count, first: stored, areAllAccepted: stored == 0)
        Thread.detachNewThread {
            var sender = DatagramSender(path: socket)
            let start = ContinuousClock.now
            for (index, datagram) in datagrams.enumerated() {
                let due = start + .microseconds(index * 1_000_000 / rate)
                let wait = due - .now
                if wait > .milliseconds(1) { Thread.sleep(forTimeInterval: Double(wait.components.attoseconds) * 1e-18) }
                sent.note(index, .now)
                while sender.send(datagram) != .sent { Thread.sleep(forTimeInterval: 0.0005) }
            }
        }
        var times: [Double] = []
        let deadline = ContinuousClock.now + .seconds(60 + count / rate)
        while times.count < count {
            guard ContinuousClock.now < deadline else { throw BenchmarkFailure("\(times.count) of \(count) shares arrived") }
            let committed = try await Self.committed(database) - stored
            let now = ContinuousClock.now
            while times.count < committed {
                let time = now - sent.instant(times.count)
                times.append(Double(time.components.seconds) * 1000 + Double(time.components.attoseconds) * 1e-15)
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        return times
    }

    /// The hours of the pool are written in the transaction that stores the shares.
    private static func committed(_ database: PostgresClient) async throws -> Int {
        Int(try await database.query("select coalesce(sum(total_shares), 0)::bigint from pool_hourly").value(Int64.self) ?? 0)
    }
}

/// When each datagram was sent.
private final class Sending: Sendable {
    private let instants: Mutex<[ContinuousClock.Instant]>

    init(_ count: Int) {
        instants = Mutex([ContinuousClock.Instant](repeating: .now, count: count))
    }

    func note(_ index: Int, _ instant: ContinuousClock.Instant) { instants.withLock { $0[index] = instant } }

    func instant(_ index: Int) -> ContinuousClock.Instant { instants.withLock { $0[index] } }
}
