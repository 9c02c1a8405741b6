import ArgumentParser
import Development
import Foundation

/// `tbg healthcheck`: the probe of a container (spec 11 §1). Ends with code 0 when the API of this host answers 200, else 1.
struct Healthcheck: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ask the API of this host for /health.")

    @Flag(help: "Ask for /ready instead.")
    var ready = false

    @Option(help: "Port of the API; TBG_PORT or 8000 by default.")
    var port: Int?

    func run() throws {
        let port = port ?? ProcessInfo.processInfo.environment["TBG_PORT"].flatMap { Int($0) } ?? 8_000
        let status = HTTPProbe.status(port: port, path: ready ? "/ready" : "/health")
        Console.line(status.map { "status \($0)" } ?? "no answer")
        guard status == 200 else { throw ExitCode(1) }
    }
}
