import ArgumentParser
import Bitcoin
import Development
import Foundation

/// `tbg simulate`: what a pool with a few miners would send.
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Mine for demo miners by sending the pool's datagrams to the collector's socket."
    )

    @Option(help: "The collector's Unix datagram socket; waits while it is absent.")
    var socket = "/tmp/ckpool/events.sock"

    @Option(help: "Addresses that mine, separated by commas; three demo addresses by default.")
    var miners = ""

    @Option(help: "Devices of each miner.")
    var workers = 2

    @Option(help: "Multiplies the rate of shares; at 1 each device finds one every 2 to 6 seconds.")
    var rate = 1.0

    @Option(help: "Makes the events repeatable; random by default.")
    var seed: UInt64?

    func validate() throws {
        guard rate > 0, rate.isFinite else { throw ValidationError("--rate must be positive") }
        guard (1...500).contains(workers) else { throw ValidationError("--workers must be 1 to 500") }
    }

    func run() async throws {
        let named = miners.split(separator: ",").map(String.init)
        let configuration = MiningSimulation.Configuration(
            addresses: named.isEmpty ? DemoUsers.standardAddresses(network: .mainnet) : named,
            workersPerMiner: workers,
            rate: rate,
            seed: seed ?? UInt64.random(in: 0...UInt64.max),
            start: Int64(Date().timeIntervalSince1970 * 1_000_000)
        )
        let simulator = Simulator(path: socket, configuration: configuration) { Console.line($0) }
        let running = Task { await simulator.run() }
        let watching = Task {
            for await _ in StopSignals.stream() { running.cancel() }
        }
        await running.value
        watching.cancel()
    }
}
