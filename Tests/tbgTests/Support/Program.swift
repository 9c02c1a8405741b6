import Foundation
import Glibc
import LocalServers
import TestServers
import Testing

/// The program as an operator runs it.
enum Program {
    static var path: String { Instance.program }

    /// This process's environment with these variables of the service and no others.
    /// - Parameter variables: names without `TBG_`.
    static func environment(_ variables: [String: String]) -> [String: String] {
        var environment = Command.currentEnvironment().filter { !$0.key.hasPrefix("TBG_") }
        for (name, value) in variables { environment["TBG_" + name] = value }
        return environment
    }

    /// Runs a command to its end in an empty folder; one that serves instead of ending is ended after a minute, with 124.
    static func run(_ arguments: [String], _ variables: [String: String] = [:]) async throws -> CommandOutput {
        try await Command(
            "/usr/bin/timeout",
            ["60", path] + arguments,
            environment: environment(variables),
            workingDirectory: try await TestServers.temporaryDirectory("run")
        ).run()
    }

    /// The same with a file as its input.
    static func run(_ arguments: [String], input file: String) async throws -> CommandOutput {
        let words = ([path] + arguments).map { "'\($0)'" }.joined(separator: " ")
        return try await Command("/bin/sh", ["-c", "\(words) < '\(file)'"], environment: environment([:])).run()
    }

    /// A running `tbg api`.
    struct API {
        let process: ChildProcess
        let port: Int
        let metricsPort: Int
        /// Path of its log.
        let log: String
        /// Where its database and Redis are, for tools that work beside it.
        let stores: [String: String]

        var url: String { "http://127.0.0.1:\(port)" }
        var wire: Wire { Wire(port: port) }
    }

    /// Starts `tbg api` on a database and Redis of its own, waits until it is healthy, and ends it.
    /// - Parameter variables: beside those of a quiet test server; with a key file, no key is made for it.
    static func withAPI(_ variables: [String: String] = [:], _ body: (API) async throws -> Void) async throws {
        try await withDatabase(template: Rig.migrated) { database in
            try await withRedis { redis in
                let (port, metricsPort) = (try await FreePort.take(), try await FreePort.take())
                let folder = try await TestServers.temporaryDirectory("api")
                let stores = ["DATABASE_URL": database.url, "REDIS_URL": redis.url]
                var own = [
                    "HOST": "127.0.0.1", "PORT": String(port), "METRICS_HOST": "127.0.0.1", "METRICS_PORT": String(metricsPort),
                    "DRAIN_SECONDS": "0", "ENVIRONMENT": "test", "RATE_LIMIT_SCALE": "1000",
                ].merging(stores) { $1 }
                if variables["JWT_PRIVATE_KEY_FILE"] == nil { own["JWT_PRIVATE_KEY"] = Rig.signingKey }
                let process = try await ChildProcess.start(
                    Command(
                        path,
                        ["api"],
                        environment: environment(own.merging(variables) { $1 }),
                        workingDirectory: folder,
                        logPath: folder + "/log",
                        parentDeathSignal: .kill
                    )
                )
                let api = API(process: process, port: port, metricsPort: metricsPort, log: folder + "/log", stores: stores)
                do {
                    try await eventually("healthy") { (try? await api.wire.get("/health").status) == 200 }
                    try await body(api)
                    await process.stop(signal: SIGTERM, grace: .seconds(40))
                } catch {
                    await process.stop(signal: SIGKILL, grace: .seconds(5))
                    throw error
                }
            }
        }
    }
}
