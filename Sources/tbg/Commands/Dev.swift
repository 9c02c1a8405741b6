import ArgumentParser
import Development
import Foundation

/// `tbg dev`: a whole instance on this machine.
struct Dev: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run everything on this machine: private PostgreSQL and Redis, API, worker, collector and a mining simulator."
    )

    @Option(name: .customLong("dir"), help: "Folder of the state.")
    var directory = ".tbg"

    @Option(help: "Port of the API; 0 takes a free one.")
    var port = 8_000

    @Flag(help: "Do not mine for the demo miners.")
    var noSimulator = false

    @Option(help: "Multiplies every rate limit.")
    var rateLimitScale = 1.0

    @Flag(help: "Remove the old state first.")
    var reset = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
        guard rateLimitScale > 0, rateLimitScale.isFinite else { throw ValidationError("--rate-limit-scale must be positive") }
    }

    func run() async throws {
        let options = DevelopmentOptions(
            directory: directory,
            port: port,
            simulates: !noSimulator,
            rateLimitScale: rateLimitScale,
            resets: reset
        )
        let stack = DevelopmentStack(options: options, program: Self.ownPath()) { Console.line($0) }
        let running = Task { try await stack.run() }
        let watching = Task {
            var count = 0
            for await _ in StopSignals.stream() {
                count += 1
                running.cancel()
                guard count > 1 else { continue }
                await stack.killAll()
                Foundation.exit(1)
            }
        }
        defer { watching.cancel() }
        do {
            try await running.value
        } catch {
            Console.error("tbg dev: \(error)")
            throw ExitCode(DevelopmentError.exitCode(for: error))
        }
    }

    /// The path this program was started from. A program file replaced since then still runs from its process entry.
    private static func ownPath() -> String {
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return FileManager.default.isExecutableFile(atPath: path) ? path : "/proc/\(ProcessInfo.processInfo.processIdentifier)/exe"
    }
}
