import LocalServers
import Logging
import NIOPosix
import Redis
import Synchronization
import TestServers
import Testing

@testable import Platform

/// Spec 01 §11.
@Suite("Redis policy")
struct RedisPolicyWatchTests {
    @Test("The policy is read from INFO, which every Redis answers")
    func reads() {
        #expect(RedisPolicyWatch.policy(in: "# Memory\r\nused_memory:1\r\nmaxmemory_policy:allkeys-lru\r\n") == "allkeys-lru")
        #expect(RedisPolicyWatch.policy(in: "used_memory:1\r\n") == nil)
    }

    @Test(
        "Only noeviction is sound, and only keys with an expiry may be at stake",
        arguments: [("noeviction", 0), ("volatile-lru", 1), ("volatile-ttl", 1), ("allkeys-lru", 2), ("allkeys-random", 2)]
    )
    func verdicts(policy: String, severity: Int) {
        #expect(RedisPolicyWatch.verdict(policy) == [.sound, .doubtful, .lossy][severity])
    }

    @Test("A Redis that may evict anything is an error in production, a warning elsewhere, and silence when nothing is evicted")
    func reports() async throws {
        try await TestServers.withPrivateRedis { server in
            let lines = Recorder()
            let logger = Logger(label: "test") { _ in RecordingLog(recorder: lines) }
            let redis = RedisClient(
                configuration: try RedisConfiguration(url: try await server.url()),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                logger: Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() }
            )
            try await redis.connect()
            func look(_ policy: String, isProduction: Bool) async throws {
                try await redis.send(RedisCommand("CONFIG", "SET", "maxmemory-policy", policy))
                #expect(await RedisPolicyWatch(redis: redis, isProduction: isProduction, logger: logger).look())
            }
            try await look("noeviction", isProduction: true)
            #expect(lines.levels == [])
            try await look("allkeys-lru", isProduction: false)
            try await look("allkeys-lru", isProduction: true)
            try await look("volatile-ttl", isProduction: true)
            #expect(lines.levels == [.warning, .error, .warning])
            await redis.close()
            #expect(await !RedisPolicyWatch(redis: redis, isProduction: true, logger: logger).look())
        }
    }
}

private final class Recorder: Sendable {
    private let stored = Mutex<[Logger.Level]>([])

    var levels: [Logger.Level] { stored.withLock { $0 } }
    func note(_ level: Logger.Level) { stored.withLock { $0.append(level) } }
}

private struct RecordingLog: LogHandler {
    let recorder: Recorder
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { recorder.note(event.level) }
}
