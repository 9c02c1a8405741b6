import ArgumentParser
import Bitcoin
import Development
import Foundation

/// `tbg simulate`: what a pool with a few miners, or with thousands, would send; or what a file says.
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Mine for demo miners by sending the pool's datagrams to the collector's socket."
    )

    @Option(help: "The collector's Unix datagram socket; waits while it is absent.")
    var socket = "/tmp/ckpool/events.sock"

    @Option(help: "Addresses that mine, separated by commas, or a number of made-up miners; three demo addresses by default.")
    var miners = ""

    @Option(help: "Devices of each miner.")
    var workers = 2

    @Option(
        help: """
            With a number of miners: shares a second of all together. Else multiplies the natural rate, at which each device finds a share \
            every 2 to 6 seconds.
            """
    )
    var rate: Double?

    @Option(help: "Makes the events repeatable; random by default.")
    var seed: UInt64?

    @Option(help: "Plays a file of datagrams, one a line, at the pace of their times, and ends.")
    var file: String?

    @Option(help: "Plays a file so many times faster.")
    var speed = 1.0

    @Flag(help: "Misbehaves on purpose: duplicates, disorder, wrong clocks, malformed datagrams, bursts.")
    var chaos = false

    /// Most made-up miners.
    private static let mostMiners = 100_000

    private var population: Int? { Int(miners) }

    func validate() throws {
        if let rate { guard rate > 0, rate.isFinite else { throw ValidationError("--rate must be positive") } }
        guard speed > 0, speed.isFinite else { throw ValidationError("--speed must be positive") }
        guard (1...500).contains(workers) else { throw ValidationError("--workers must be 1 to 500") }
        if let population {
            guard (1...Self.mostMiners).contains(population) else { throw ValidationError("--miners must be 1 to \(Self.mostMiners)") }
        }
    }

    func run() async throws {
        let seed = seed ?? UInt64.random(in: 0...UInt64.max)
        let simulator = Simulator(path: socket, configuration: configuration(seed: seed), chaos: chaos ? Chaos(seed: seed) : nil) {
            Console.line($0)
        }
        let events = try file.map { try EventFile(path: $0) }
        let running = Task {
            if let events { await simulator.play(events, speed: speed) } else { await simulator.run() }
        }
        let watching = Task {
            for await _ in StopSignals.stream() { running.cancel() }
        }
        await running.value
        watching.cancel()
    }

    private func configuration(seed: UInt64) -> MiningSimulation.Configuration {
        let named = miners.split(separator: ",").map(String.init)
        var configuration = MiningSimulation.Configuration(
            addresses: named.isEmpty ? DemoUsers.standardAddresses(network: .mainnet) : named,
            workersPerMiner: workers,
            rate: rate ?? 1,
            seed: seed,
            start: Int64(Date().timeIntervalSince1970 * 1_000_000)
        )
        guard let population else { return configuration }
        configuration.addresses = DemoUsers.population(population, network: .mainnet)
        configuration.rate = 1
        if let rate { configuration.rate = rate / MiningSimulation(configuration).naturalRate }
        return configuration
    }
}
