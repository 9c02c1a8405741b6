import ArgumentParser
import Bitcoin
import LocalServers

/// The authenticated `GET /api/v1/users/me`, compared with `GET /health` of the same process.
struct Me: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "GET /users/me against GET /health.")

    @OptionGroup var options: RigOptions

    @Option(help: "Seconds of one measurement.")
    var seconds = 5

    func run() async throws {
        try await Rig.run(options) { rig in
            let api = try await rig.startAPI()
            guard let wallet = WalletClient.signers(1, .p2wpkh).first else { throw BenchmarkFailure("no wallet") }
            let header = "Authorization: Bearer " + (try WalletClient(url: api.url).signIn(wallet))

            var me: [Wrk] = []
            var health: [Wrk] = []
            _ = try await Wrk.run(api.url + "/api/v1/users/me", seconds: 1, headers: [header])
            for _ in 0..<(options.repetitions ?? 5) {
                health.append(try await Wrk.run(api.url + "/health", seconds: seconds))
                me.append(
                    try await Profiler.sampling(api.child.pid, "me", options) {
                        try await Wrk.run(api.url + "/api/v1/users/me", seconds: seconds, headers: [header])
                    }
                )
            }
            await api.stop()

            let (full, light) = (me.map(\.requestsPerSecond), health.map(\.requestsPerSecond))
            var report = Report("requests per second, wrk with 64 connections", "", "median", "range", "p99 ms")
            report.row("GET /api/v1/users/me", full.median.grouped, full.spread, me.map(\.p99).median.formatted(2))
            report.row("GET /health", light.median.grouped, light.spread, health.map(\.p99).median.formatted(2))
            report.atLeast(0.4, full.median / light.median, "ratio")
            report.show()
        }
    }
}
