import Development
import Foundation
import LocalServers
import Logging
import NIOPosix
import Postgres
import Redis
import Synchronization
import TestServers
import Testing

/// A running `tbg dev`: every role a process of its own, with real PostgreSQL and Redis.
struct Instance: Sendable {
    let directory: String
    let endpoints: Endpoints
    let database: PostgresClient

    static var program: String { TestServers.program }

    /// Starts an instance without a simulator, lends it to `body` and ends it with everything it started.
    static func run(_ body: (Instance) async throws -> Void) async throws {
        let directory = try await TestServers.temporaryDirectory("dev")
        let log = directory + "/dev.log"
        let arguments = ["dev", "--dir", directory + "/state", "--port", "0", "--no-simulator", "--rate-limit-scale", "1000"]
        let process = try await ChildProcess.start(Command(program, arguments, logPath: log, parentDeathSignal: .term))
        do {
            let endpoints = try await endpoints(in: directory + "/state", of: process, log: log)
            let database = PostgresClient(
                configuration: try PostgresConfiguration(url: endpoints.postgresURL),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            try await body(Instance(directory: directory + "/state", endpoints: endpoints, database: database))
            await database.close()
        } catch {
            await process.stop(grace: .seconds(20))
            throw error
        }
        await process.stop(grace: .seconds(20))
    }

    private static func endpoints(in directory: String, of process: ChildProcess, log: String) async throws -> Endpoints {
        for _ in 0..<1200 {
            if let data = FileManager.default.contents(atPath: directory + "/endpoints.json") {
                return try JSONDecoder().decode(Endpoints.self, from: data)
            }
            guard process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        throw NotReady(log: String(text.suffix(4000)))
    }

    struct NotReady: Error { let log: String }

    /// The process id of a role as it is now.
    func pid(of role: String) throws -> Int32 {
        let data = try #require(FileManager.default.contents(atPath: directory + "/endpoints.json"))
        return try #require(try JSONDecoder().decode(Endpoints.self, from: data).pids[role])
    }

    /// A Redis client of the test's own; heals by itself.
    func makeRedis() throws -> RedisClient {
        RedisClient(
            configuration: try RedisConfiguration(url: endpoints.redisURL),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// One number from the database; nil while it is away.
    func number(_ sql: SQL) async -> Int64? {
        (try? await database.query(sql))?.first.flatMap { try? Int64(postgres: $0[0]) }
    }
}

/// Waits for a condition other processes bring about, and answers how long that took; fails after `limit`.
@discardableResult
func eventually(
    within limit: Duration = .seconds(60),
    _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws -> Duration {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < limit {
        if try await condition() { return ContinuousClock.now - start }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("not within \(limit): \(what)", sourceLocation: sourceLocation)
    return limit
}
