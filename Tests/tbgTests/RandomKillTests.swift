import Foundation
import GameRules
import Glibc
import LocalServers
import Logging
import NIOPosix
import Platform
import Postgres
import Redis
import TestServers
import Testing

/// Spec 03a §13.7: whatever moment a worker dies at, the final tables are those of an undisturbed run.
@Suite("Random kills", .serialized)
struct RandomKillTests {
    private static let kills = 50
    private static let shares = 10_000

    @Test("10,000 shares, the worker killed 50 times and Redis twice: every table equals the recomputation from the input")
    func fiftyKills() async throws {
        let input = ShareInput(count: Self.shares, now: Clock.system.now(), seed: 7)
        try await TestServers.withPrivateCluster { cluster in
            try await TestServers.withPrivateRedis { server in
                try await cluster.createDatabase("kills")
                let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                let url = try await cluster.url(database: "kills")
                let database = PostgresClient(configuration: try PostgresConfiguration(url: url), logger: quiet)
                try await Migrator(database: database).up(now: Clock.system.now())
                try await database.execute(input.owners)
                let redis = RedisClient(
                    configuration: try .patient(try await server.url()),
                    eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                    logger: quiet
                )
                try await redis.connect()
                try await redis.send(RedisCommand("CONFIG", "SET", "appendfsync", "always"))
                let worker = Command(
                    Instance.program,
                    ["worker"],
                    environment: [
                        "PATH": "/usr/bin:/bin", "TBG_DATABASE_URL": url, "TBG_REDIS_URL": try await server.url(), "TBG_METRICS_PORT": "0",
                        "TBG_INGEST_BATCH_MAX": "40", "TBG_CONSUMER_LEASE_SECONDS": "1", "TBG_LOG_LEVEL": "error",
                        "TBG_LOG_FORMAT": "console", "TBG_NODE_ID": "victim",
                    ],
                    logPath: try await TestServers.temporaryDirectory("kills") + "/worker.log"
                )

                let step = Self.shares / Self.kills
                var inWork = 0
                for round in 0..<Self.kills {
                    try await add(input.shares[(round * step)..<((round + 1) * step)], to: redis)
                    // Counted first: a quick worker stores everything before anybody could count.
                    let before = try await stored(database)
                    let victim = try await ChildProcess.start(worker)
                    try await eventually("the worker of round \(round) stores shares") { try await stored(database) > before }
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...40)))
                    if round % 17 == 16 {
                        await server.process?.stop(signal: SIGKILL, grace: .seconds(5))
                        try await server.start()
                        // The client has a connection for each event loop, and each has to notice.
                        try await eventually("Redis answers again") {
                            (try? await redis.send(RedisCommand("CONFIG", "SET", "appendfsync", "always"))) != nil
                        }
                    }
                    await victim.stop(signal: SIGKILL, grace: .seconds(5))
                    let pending = try? await redis.xpending("mining:share_submitted", group: "tbg-api-consumers").count
                    if pending ?? 0 > 0 { inWork += 1 }
                }
                #expect(inWork > 0, "no kill met a worker at work")

                let last = try await ChildProcess.start(worker)
                try await eventually(within: .seconds(120), "everything is acknowledged") {
                    guard let group = try? await redis.xinfoGroups("mining:share_submitted").first else { return false }
                    return group.pending == 0 && group.lag == 0
                }
                let differences = try await StoredSums(database: database).differences(from: input)
                #expect(differences == [])
                #expect(try await redis.xlen("mining:share_submitted:dead") == 0)

                // Spec 03a §13.8: the same entries once more change nothing and are all acknowledged.
                try await add(input.shares[...], to: redis)
                try await eventually(within: .seconds(120), "the copies are acknowledged") {
                    guard let group = try? await redis.xinfoGroups("mining:share_submitted").first else { return false }
                    return group.pending == 0 && group.lag == 0
                }
                let differencesAgain = try await StoredSums(database: database).differences(from: input)
                #expect(differencesAgain == [])
                await last.stop(grace: .seconds(10))
                await redis.close()
                await database.close()
            }
        }
    }

    private func add(_ shares: ArraySlice<ShareInput.Share>, to redis: RedisClient) async throws {
        for start in stride(from: shares.startIndex, to: shares.endIndex, by: 500) {
            let chunk = shares[start..<min(start + 500, shares.endIndex)]
            // Sent again they change nothing.
            try await eventually("Redis takes the shares") {
                guard let replies = try? await redis.pipeline(chunk.map(\.command)) else { return false }
                return replies.allSatisfy { (try? $0.get()) != nil }
            }
        }
    }

    private func stored(_ database: PostgresClient) async throws -> Int64 {
        try await database.query("select count(*) from shares").first.map { try Int64(postgres: $0[0]) } ?? 0
    }
}
