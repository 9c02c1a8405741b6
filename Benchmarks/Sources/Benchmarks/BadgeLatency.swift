import ArgumentParser
import Development
import Foundation
import GameRules
import LocalServers
import Platform
import Postgres

/// How long a badge takes from the share that earns it, at the collector's socket, to the miner's WebSocket, at a steady rate of events.
struct BadgeLatency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "badges",
        abstract: "Milliseconds from a share at the collector's socket to its badge at the miner's."
    )

    @OptionGroup var options: RigOptions

    @Option(help: "Shares a second.")
    var rate = 2_000

    @Option(help: "Miners, each with a socket, who earn a badge each.")
    var miners = 1_000

    @Option(help: "Seconds over which the badges are spread.")
    var seconds = 10

    func run() async throws {
        guard rate * seconds >= miners else { throw ValidationError("Each miner needs a share.") }
        try await Rig.run(options) { rig in
            let tokens = rig.directory + "/tokens"
            try await TokenFile.write(to: tokens, users: miners, rig)
            let socket = rig.directory + "/events.sock"
            let api = try await rig.startAPI()
            let worker = try await rig.start(role: "worker")
            let collector = try await rig.startCollector(socket: socket)
            let database = try await rig.databaseClient()
            let addresses = ShareGenerator(miners: miners).addresses

            // Everybody mines before, so that what is measured earns one badge each.
            send(2 * miners, to: socket, addresses, areLucky: false)
            try await wait(database, "select coalesce(sum(total_shares), 0)::bigint from pool_hourly", 2 * miners)
            // Plans of the first minute know nothing of what the tables hold.
            try await rig.psql("analyze")

            let log = rig.directory + "/badges.log"
            let arguments = ["badge-clients", "--url", "ws://127.0.0.1:\(api.port)/ws", "--tokens", tokens, "--badges", String(miners)]
            let clients = try await ChildProcess.start(Command(Programs.own, arguments, logPath: log))
            _ = try await ClientLog(path: log, child: clients).lines("open", 1)
            send(rate * seconds, to: socket, addresses, areLucky: true)
            let line = try await ClientLog(path: log, child: clients).lines("badges", 1)[0]
            let ages = line.split(separator: " ").dropFirst().compactMap { Double($0) }.map { $0 / 1e6 }
            await clients.stop(grace: .seconds(10))
            await collector.stop()
            await worker.stop()
            await api.stop()
            await database.close()

            var report = Report(
                "milliseconds from a share to its badge, \(Double(rate).grouped) shares a second, \(Double(miners).grouped) sockets",
                "",
                "p50 ms",
                "p99 ms",
                "longest"
            )
            report.row("\(Double(miners).grouped) badges", ages[0].formatted(1), ages[1].formatted(1), ages[2].formatted(1))
            report.atMost(100, ages[1], "99 of 100 within", unit: "ms")
            report.show()
        }
    }

    /// Sends at the rate from a thread of its own: miners in turn, and where asked so spread evenly a lucky share of each.
    private func send(_ count: Int, to socket: String, _ addresses: [String], areLucky: Bool) {
        let rate = rate
        let step = count / addresses.count
        Thread.detachNewThread {
            var sender = DatagramSender(path: socket)
            let start = ContinuousClock.now
            for index in 0..<count {
                let wait = start + .microseconds(index * 1_000_000 / rate) - .now
                if wait > .milliseconds(1) { Thread.sleep(forTimeInterval: Double(wait.components.attoseconds) * 1e-18) }
                let isLucky = areLucky && index % step == 0 && index / step < addresses.count
                let address = addresses[isLucky ? index / step : index % addresses.count]
                // Differs from share to share: the collector takes like ones of one moment for one.
                let achieved = (isLucky ? 2_000_000 : areLucky ? 1_100 : 1_050) + Double(index) / 1024
                let worker = isLucky ? LuckyShare.worker(BroadcastStamp.now()) : "rig-1"
                let datagram = """
                    {"event":"share_submitted","ts":\(Clock.system.now().decimalSeconds),"data":{"user":"\(address)","worker":"\(worker)",\
                    "diff":1024,"sdiff":\(achieved),"accepted":true}}
                    """
                while sender.send(datagram) != .sent { Thread.sleep(forTimeInterval: 0.0005) }
            }
        }
    }

    private func wait(_ database: PostgresClient, _ sql: SQL, _ count: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while Int(try await database.query(sql).value(Int64.self) ?? 0) < count {
            guard ContinuousClock.now < deadline else { throw BenchmarkFailure("the first shares did not arrive") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
