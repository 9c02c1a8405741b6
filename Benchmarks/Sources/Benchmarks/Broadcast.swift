import ArgumentParser
import Development
import Foundation
import LocalServers
import Redis

/// How long one message takes to reach every one of ten thousand sockets: from its publication in Redis to the client, beside a bare NIO
/// server that writes the same bytes to as many. The clients have a processor of their own, which also works off the receiving half of their
/// connections where the system allows it; the server has the others.
struct Broadcast: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One 200-byte message to 10,000 sockets.")

    @OptionGroup var options: RigOptions

    @Option(help: "Sockets, each of a user of its own.")
    var sockets = 10_000

    @Option(help: "Messages.")
    var rounds = 20

    func run() async throws {
        try await Rig.run(options) { rig in
            let tokens = rig.directory + "/tokens"
            try await TokenFile.write(to: tokens, users: sockets, rig)
            let processors = ProcessInfo.processInfo.processorCount
            let (hub, floor, isSteered) = try await ReceiveSteering.to(processor: processors - 1) { isSteered in
                let (hub, floor) = try await compare(tokens, rig)
                return (hub, floor, isSteered)
            }

            let receiver = isSteered ? "the clients' processor" : "the server's processor"
            let title = "one message to \(Double(sockets).grouped) sockets, median of \(rounds); their receiving half on \(receiver)"
            var report = Report(title, "", "p50 ms", "p99 ms", "last ms")
            for (name, ages) in [("through Redis and the hub", hub), ("bare NIO", floor)] {
                report.row(name, ages[0].formatted(1), ages[1].formatted(1), ages[2].formatted(1))
            }
            report.atMost(100, hub[1], "p99", unit: "ms")
            report.atMost(1.5, hub[1] / floor[1], "p99 to that of bare NIO", unit: "×")
            report.row("ratio", (hub[0] / floor[0]).formatted(2), (hub[1] / floor[1]).formatted(2), (hub[2] / floor[2]).formatted(2))
            report.show()
        }
    }

    /// The ages through the hub, and those of a bare server.
    private func compare(_ tokens: String, _ rig: Rig) async throws -> (hub: [Double], floor: [Double]) {
        let redis = try await rig.redisClient()
        let api = try await rig.startAPI()
        let hub = try await measure("hub", api, tokens, rig) {
            _ = try await redis.publish(.string("{\(BroadcastStamp.members(BroadcastStamp.now()))}"), to: "pubsub:league_update")
        }
        await api.stop()
        await redis.close()

        let bare = try await rig.startOwnServer("bare-broadcast")
        let floor = try await measure("bare", bare, tokens, rig) {
            guard HTTPProbe.status(port: bare.port, path: "/send") == 200 else { throw BenchmarkFailure("no broadcast") }
        }
        await bare.stop()
        return (hub, floor)
    }

    /// Medians over the rounds: p50, p99 and the last receiver, milliseconds.
    private func measure(
        _ name: String,
        _ server: RoleProcess,
        _ tokens: String,
        _ rig: Rig,
        _ send: () async throws -> Void
    ) async throws -> [Double] {
        let url = "ws://127.0.0.1:\(server.port)/ws"
        let log = "\(rig.directory)/broadcast-\(name).log"
        let arguments = ["broadcast-clients", "--url", url, "--tokens", tokens, "--sockets", String(sockets)]
        let clients = try await ChildProcess.start(Command(Programs.own, arguments, logPath: log))
        _ = try await ClientLog(path: log, child: clients).lines("open", 1)
        try await Self.keepApart(server.child, clients)
        var all: [[Double]] = []
        for round in 1...rounds {
            try await send()
            let lines = try await ClientLog(path: log, child: clients).lines("round", round)
            all.append(lines[round - 1].split(separator: " ").dropFirst().compactMap { Double($0) }.map { $0 / 1e6 })
            try await Task.sleep(for: .milliseconds(200))
        }
        await clients.stop(grace: .seconds(10))
        return (0..<3).map { column in all.map { $0[column] }.median }
    }
}

extension Broadcast {
    /// Gives the second process the machine's last processor, the first all others.
    private static func keepApart(_ server: ChildProcess, _ clients: ChildProcess) async throws {
        let last = ProcessInfo.processInfo.processorCount - 1
        guard last > 0 else { return }
        for (child, processors) in [(server, "0-\(last - 1)"), (clients, "\(last)")] {
            try await Command("/usr/bin/taskset", ["-a", "-p", "-c", processors, String(child.pid)]).runSuccessfully()
        }
    }
}

/// What the clients' process has said.
struct ClientLog {
    let path: String
    let child: ChildProcess

    /// Waits for so many lines that begin with a word.
    func lines(_ word: String, _ count: Int) async throws -> [String] {
        let deadline = ContinuousClock.now + .seconds(120)
        while true {
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            let lines = text.split(separator: "\n").map(String.init).filter { $0.hasPrefix(word + " ") }
            if lines.count >= count { return lines }
            guard child.isRunning, ContinuousClock.now < deadline else { throw BenchmarkFailure("nothing more: see \(path)") }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
