import ArgumentParser
import Development
import Foundation
import GameRules
import LocalServers
import Platform
import Postgres
import Synchronization

/// How long a share takes from the collector's socket to its row, and to its owner's socket, at a steady rate; and how long the start page's
/// figures take while the sockets are open.
struct Latency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Milliseconds from the collector's socket to the row and to the owner.")

    @OptionGroup var options: RigOptions

    @Option(help: "Shares a second.")
    var rate = 2_000

    @Option(help: "Seconds of one measurement.")
    var seconds = 10

    @Option(help: "Miners they come from, each with a socket of his own.")
    var miners = 1_000

    func run() async throws {
        try await Rig.run(options) { rig in
            let tokens = rig.directory + "/tokens"
            try await TokenFile.write(to: tokens, users: miners, rig)
            let socket = rig.directory + "/events.sock"
            let api = try await rig.startAPI()
            let worker = try await rig.start(role: "worker")
            let collector = try await rig.startCollector(socket: socket)
            let database = try await rig.databaseClient()
            let generator = ShareGenerator(miners: miners)
            // The first shares make the miners known.
            var stored = try await measure(generator, socket, database, from: 0, count: 2 * miners).count
            // Plans of the first minute know nothing of what the tables hold.
            try await rig.psql("analyze")

            let log = rig.directory + "/owners.log"
            let arguments = [
                "broadcast-clients", "--url", "ws://127.0.0.1:\(api.port)/ws", "--tokens", tokens, "--sockets", String(miners),
                "--channel", "mining", "--messages", String(rate * seconds),
            ]
            let owners = try await ChildProcess.start(Command(Programs.own, arguments, logPath: log))
            _ = try await ClientLog(path: log, child: owners).lines("open", 1)
            var rows: [[Double]] = []
            var messages: [[Double]] = []
            for round in 1...(options.repetitions ?? 5) {
                let times = try await measure(generator, socket, database, from: stored, count: rate * seconds)
                stored += times.count
                rows.append([0.5, 0.99, 1].map { times.sorted()[Int(Double(times.count - 1) * $0)] })
                let lines = try await ClientLog(path: log, child: owners).lines("round", round)
                messages.append(lines[round - 1].split(separator: " ").dropFirst().compactMap { Double($0) }.map { $0 / 1e6 })
            }
            let header = "Authorization: Bearer " + (try String(contentsOfFile: tokens, encoding: .utf8).prefix { $0 != "\n" })
            let stats = api.url + "/api/v1/dashboard/stats"
            _ = try await Wrk.run(stats, seconds: 1, headers: [header])
            let figures = try await Wrk.run(stats, seconds: 12, headers: [header])
            guard owners.isRunning else { throw BenchmarkFailure("sockets were lost: see \(log)") }
            await owners.stop(grace: .seconds(10))
            await collector.stop()
            await worker.stop()
            await api.stop()
            await database.close()

            let row = (0..<3).map { column in rows.map { $0[column] }.median }
            let message = (0..<3).map { column in messages.map { $0[column] }.median }
            var report = Report(
                "milliseconds from the collector's socket, \(Double(rate).grouped) shares a second, \(Double(miners).grouped) sockets",
                "",
                "p50 ms",
                "p99 ms",
                "longest"
            )
            report.row("to the committed row", row[0].formatted(1), row[1].formatted(1), row[2].formatted(1))
            report.row("to the owner's socket", message[0].formatted(1), message[1].formatted(1), message[2].formatted(1))
            report.row("p99 of the rounds, row", "", rows.map { $0[1].formatted(1) }.joined(separator: " "))
            report.row("p99 of the rounds, socket", "", messages.map { $0[1].formatted(1) }.joined(separator: " "))
            report.row("GET /dashboard/stats, 64 connections", "", figures.p99.formatted(1), "")
            report.atMost(50, row[1], "row, 99 of 100 within", unit: "ms")
            report.atMost(50, message[1], "message, 99 of 100 within", unit: "ms")
            report.atMost(10, figures.p99, "stats, 99 of 100 within", unit: "ms")
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
                let datagram = #"{"event_id":"\#(BroadcastStamp.shareID(BroadcastStamp.now(), stored + index))","# + datagram.dropFirst()
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
            // So much may be added to a row's time; asking oftener would take from the processors what is measured.
            try await Task.sleep(for: .milliseconds(3))
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
