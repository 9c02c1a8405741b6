import Foundation
import GameRules
import LocalServers
import Logging
import NIOPosix
import Platform
import Postgres
import Redis
import TestServers
import Testing

/// Issue 4: several workers share the load, and the tables are those of one.
@Suite("Shared load", .serialized)
struct SharedLoadTests {
    @Test("Two and three workers store 6,000 shares together: every table equals the recomputation from the input", arguments: [2, 3])
    func workers(count: Int) async throws {
        let input = ShareInput(count: 6_000, now: Clock.system.now(), seed: UInt64(count))
        try await withDatabase(template: Rig.migrated) { store in
            try await withRedis { server in
                let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                let database = PostgresClient(configuration: try PostgresConfiguration(url: store.url), logger: quiet)
                try await database.execute(input.owners)
                let redis = RedisClient(
                    configuration: try .patient(server.url),
                    eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                    logger: quiet
                )
                let folder = try await TestServers.temporaryDirectory("load")
                var workers: [ChildProcess] = []
                for number in 1...count {
                    let variables = [
                        "DATABASE_URL": store.url, "REDIS_URL": server.url, "METRICS_PORT": "0", "INGEST_BATCH_MAX": "50",
                        "LOG_LEVEL": "error", "NODE_ID": "worker\(number)",
                    ]
                    workers.append(
                        try await ChildProcess.start(
                            Command(
                                Program.path,
                                ["worker"],
                                environment: Program.environment(variables),
                                workingDirectory: folder,
                                logPath: "\(folder)/log\(number)",
                                parentDeathSignal: .kill
                            )
                        )
                    )
                }
                // All are there before there is anything to take; then every share comes twice.
                try await eventually("all hold their lease", limit: .seconds(60)) {
                    try await redis.send(RedisCommand("KEYS", "lock:consumer:worker*")).array?.count == count
                }
                for start in stride(from: 0, to: input.shares.count, by: 200) {
                    let commands = input.shares[start..<(start + 200)].flatMap { [$0.command, $0.command] }
                    for reply in try await redis.pipeline(commands) { _ = try reply.get() }
                }
                try await eventually(within: .seconds(120), "everything is acknowledged") {
                    guard let group = try? await redis.xinfoGroups("mining:share_submitted").first else { return false }
                    return group.pending == 0 && group.lag == 0
                }
                let differences = try await StoredSums(database: database).differences(from: input)
                #expect(differences == [])
                #expect(try await redis.xlen("mining:share_submitted:dead") == 0)
                #expect(try await redis.xinfoGroups("mining:share_submitted").first?.consumers == count, "each had its part")
                for worker in workers { await worker.stop(grace: .seconds(20)) }
                await redis.close()
                await database.close()
            }
        }
    }
}
