import ArgumentParser
import LocalServers

/// `GET /health` through the whole middleware chain, compared with a bare Hummingbird server, and the API's memory meanwhile.
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "GET /health against a bare Hummingbird server.")

    @OptionGroup var options: RigOptions

    @Option(help: "Seconds of one measurement.")
    var seconds = 5

    func run() async throws {
        try await Rig.run(options) { rig in
            let api = try await rig.startAPI()
            let bare = try await rig.startOwnServer("bare-server")
            for server in [api, bare] { _ = try await Wrk.run(server.url + "/health", seconds: 1) }

            api.memory.resetPeak()
            var ours: [Wrk] = []
            var theirs: [Wrk] = []
            for _ in 0..<(options.repetitions ?? 5) {
                theirs.append(
                    try await Profiler.sampling(bare.child.pid, "bare", options) {
                        try await Wrk.run(bare.url + "/health", seconds: seconds)
                    }
                )
                ours.append(
                    try await Profiler.sampling(api.child.pid, "health", options) {
                        try await Wrk.run(api.url + "/health", seconds: seconds)
                    }
                )
            }
            let peak = Double(api.memory.peakKibibytes) / 1024
            await api.stop()
            await bare.stop()

            let (fast, full) = (theirs.map(\.requestsPerSecond), ours.map(\.requestsPerSecond))
            var report = Report("requests per second, wrk with 64 connections", "", "median", "range", "p99 ms")
            report.row("tbg api, GET /health", full.median.grouped, full.spread, ours.map(\.p99).median.formatted(2))
            report.row("bare Hummingbird", fast.median.grouped, fast.spread, theirs.map(\.p99).median.formatted(2))
            report.atLeast(0.6, full.median / fast.median, "ratio")
            report.atMost(64, peak, "most resident memory of the API", unit: "MiB")
            report.show()
        }
    }
}
