import ArgumentParser
import AsyncHTTPClient
import Development
import Foundation
import LocalServers
import NIOCore
import Platform
import Postgres
import Redis

/// All at once and for long (spec 04 §13 no. 18): ten thousand sockets of as many miners, two thousand shares a second, a broadcast every
/// second.
struct Endurance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "10,000 sockets, 2,000 shares and a broadcast a second, for ten minutes.")

    @OptionGroup var options: RigOptions

    @Option(help: "Sockets, each of a miner of its own.")
    var sockets = 10_000

    @Option(help: "Shares a second.")
    var rate = 2_000

    @Option(help: "Seconds.")
    var seconds = 600

    @Option(help: "Niceness of the API; below zero it has the processors first.")
    var niceness = -10

    func run() async throws {
        try await Rig.run(options) { rig in
            let tokens = rig.directory + "/tokens"
            try await TokenFile.write(to: tokens, users: sockets, rig)
            let socket = rig.directory + "/events.sock"
            let metrics = try PortClaim.near(18_200, fallback: 18_201)
            let api = try await rig.startAPI(["TBG_METRICS_PORT": String(metrics.port)])
            let isFirst = api.setNiceness(niceness)
            let worker = try await rig.start(role: "worker")
            let collector = try await rig.startCollector(socket: socket)
            let redis = try await rig.redisClient()
            let database = try await rig.databaseClient()
            let generator = ShareGenerator(miners: sockets)

            // The first shares make the miners known.
            let known = 2 * sockets
            send(generator, to: socket, from: 0, count: known)
            let deadline = ContinuousClock.now + .seconds(120)
            while Int(try await database.query("select coalesce(sum(total_shares), 0)::bigint from pool_hourly").value(Int64.self) ?? 0)
                < known
            {
                guard ContinuousClock.now < deadline else { throw BenchmarkFailure("the first shares did not arrive") }
                try await Task.sleep(for: .milliseconds(100))
            }
            await database.close()
            // Plans of the first minute know nothing of what the tables hold.
            try await rig.psql("analyze")

            let log = rig.directory + "/endurance.log"
            let arguments = [
                "endurance-clients", "--url", "ws://127.0.0.1:\(api.port)/ws", "--tokens", tokens, "--broadcasts",
                String(sockets * seconds),
                "--shares", String(rate * seconds),
            ]
            let clients = try await ChildProcess.start(Command(Programs.own, arguments, logPath: log))
            let said = ClientLog(path: log, child: clients)
            _ = try await said.lines("open", 1)
            send(generator, to: socket, from: known, count: rate * seconds)
            let start = ContinuousClock.now
            for second in 1...seconds {
                let at = Int64(Date().timeIntervalSince1970 * 1000)
                let message = "{\"at\":\(at),\(BroadcastStamp.members(BroadcastStamp.now()))}"
                _ = try await redis.publish(.string(message), to: "pubsub:league_update")
                try await Task.sleep(until: start + .seconds(second), clock: .continuous)
            }
            let ages = await said.ages(within: .seconds(60))
            let counted = said.counted
            let figures = try await MetricsPage.read(port: metrics.port)
            let memory = api.memory.residentKibibytes / 1024
            await clients.stop(grace: .seconds(10))
            await collector.stop()
            await worker.stop()
            await api.stop()
            await redis.close()

            var report = Report(
                "\(Double(sockets).grouped) sockets, \(Double(rate).grouped) shares and a broadcast a second, \(seconds) s; "
                    + "niceness of the API \(isFirst ? niceness : 0)",
                "",
                "messages",
                "missing",
                "p50 ms",
                "p99 ms",
                "longest"
            )
            for (row, name) in ["broadcasts", "shares"].enumerated() {
                let due = (row == 0 ? sockets : rate) * seconds
                let cells = (ages[name] ?? []).map { ($0 / 1000).formatted(1) } + ["", "", ""]
                report.row(name, Double(counted[row]).grouped, Double(due - counted[row]).grouped, cells[0], cells[1], cells[2])
            }
            report.row("resident memory of the API, MiB", String(memory))
            if let broadcast = ages["broadcasts"] { report.atMost(100, broadcast[1] / 1000, "broadcast, 99 of 100 within", unit: "ms") }
            for (name, channel) in [("broadcasts", "competition"), ("shares", "mining")] {
                report.row("\(name) written within 50, 100, 250 ms, %", figures.written(to: channel, within: ["0.05", "0.1", "0.25"]))
                report.atLeast(99, figures.percentWritten(to: channel, within: "0.1"), "of 100 \(name), written within 100 ms")
            }
            report.atMost(0, Double(sockets * seconds + rate * seconds - counted[0] - counted[1]), "missing", unit: "messages")
            report.atMost(3, figures.secondsOfAllListeners, "figures of all listeners", unit: "s")
            report.show()
        }
    }

    /// Sends at the rate from a thread of its own.
    private func send(_ generator: ShareGenerator, to socket: String, from first: Int, count: Int) {
        let (rate, known) = (rate, 2 * sockets)
        Thread.detachNewThread {
            var sender = DatagramSender(path: socket)
            let start = ContinuousClock.now
            for index in first..<first + count {
                let wait = start + .microseconds((index - first) * 1_000_000 / rate) - .now
                if wait > .milliseconds(1) { Thread.sleep(forTimeInterval: Double(wait.components.attoseconds) * 1e-18) }
                let share = generator.datagrams(1, first: index, areAllAccepted: index < known)[0]
                let datagram = #"{"event_id":"\#(BroadcastStamp.shareID(BroadcastStamp.now(), index))","# + share.dropFirst()
                while sender.send(datagram) != .sent { Thread.sleep(forTimeInterval: 0.0005) }
            }
        }
    }
}

/// What the API says of itself.
private struct MetricsPage {
    private let lines: [Substring]

    static func read(port: Int) async throws -> MetricsPage {
        let response = try await HTTPClient.shared.execute(.init(url: "http://127.0.0.1:\(port)/metrics"), timeout: .seconds(10))
        let text = String(buffer: try await response.body.collect(upTo: 16 << 20))
        return MetricsPage(lines: text.split(separator: "\n"))
    }

    private func value(_ series: String) -> Double {
        lines.first { $0.hasPrefix(series + " ") }.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) } ?? 0
    }

    /// Seconds it takes to refresh all listeners' figures once: the mean of a turn, times the turns of a tick.
    var secondsOfAllListeners: Double {
        40 * value("tbg_dashboard_turn_seconds_sum") / max(1, value("tbg_dashboard_turn_seconds_count"))
    }

    /// Of 100 deliveries to a channel, those written to their socket within some seconds of publication (spec 04 §9, 11 §8).
    func percentWritten(to channel: String, within seconds: String) -> Double {
        let all = value(#"tbg_ws_delivery_seconds_count{channel="\#(channel)"}"#)
        return 100 * value(#"tbg_ws_delivery_seconds_bucket{channel="\#(channel)",le="\#(seconds)"}"#) / max(1, all)
    }

    func written(to channel: String, within limits: [String]) -> String {
        limits.map { percentWritten(to: channel, within: $0).formatted(1) }.joined(separator: ", ")
    }
}

extension ClientLog {
    /// Microseconds by kind of message, once all have come; nothing when they have not in time.
    fileprivate func ages(within limit: Duration) async -> [String: [Double]] {
        let deadline = ContinuousClock.now + limit
        var found: [String: [Double]] = [:]
        while found.count < 2, ContinuousClock.now < deadline {
            for name in ["broadcasts", "shares"] {
                let line = said.last { $0.hasPrefix(name + " ") }
                found[name] = line.map { $0.split(separator: " ").dropFirst().compactMap { Double($0) } }
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return found
    }

    /// Deliveries of broadcasts and messages of shares so far.
    fileprivate var counted: [Int] {
        said.last { $0.hasPrefix("count ") }.map { $0.split(separator: " ").dropFirst().compactMap { Int($0) } } ?? [0, 0]
    }

    private var said: [String] {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }
}
