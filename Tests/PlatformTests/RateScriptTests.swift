import GameRules
import LocalServers
import Logging
import NIOCore
import NIOPosix
import Redis
import TestServers
import Testing

@testable import Platform

/// The limiter against a real Redis (spec 01 §7.3, §7.4, §14.9–12).
@Suite("Rate limits in Redis")
struct RateScriptTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let minute: Int64 = 1_772_020_800_000

    private static func client(_ url: String) throws -> RedisClient {
        RedisClient(configuration: try RedisConfiguration(url: url), eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
    }

    private func withLimiter(
        scale: Double = 1,
        nodes: Int = 1,
        _ body: @Sendable (RateLimiter, RedisClient) async throws -> Void
    ) async throws {
        try await withRedis { server in
            let redis = try Self.client(server.url)
            try await redis.connect()
            // The arithmetic is the point here, not the patience: a loaded machine may take its time.
            try await body(RateLimiter(redis: redis, scale: scale, nodes: nodes, patience: .seconds(5), logger: Self.quiet), redis)
            await redis.close()
        }
    }

    private func at(_ milliseconds: Int64) -> Instant { Instant(millisecondsSinceUnixEpoch: Self.minute + milliseconds) }

    @Test("Five of five pass from an empty history, the sixth waits 62 seconds")
    func fiveOfFive() async throws {
        try await withLimiter { limiter, _ in
            let bucket = RateBucket(rateClass: "t", key: "a", limit: 5)
            for left in [4, 3, 2, 1, 0] { #expect(await limiter.admit([bucket], at: at(10_000)).remaining == left) }
            for _ in 0..<3 {
                let refused = await limiter.admit([bucket], at: at(10_000))
                #expect(!refused.isAdmitted && refused.retryAfterSeconds == 62)
            }
            #expect(await !limiter.admit([bucket], at: at(71_000)).isAdmitted)
            #expect(await limiter.admit([bucket], at: at(72_000)).isAdmitted)
        }
    }

    @Test("Where one of two buckets refuses, neither is charged")
    func allOrNone() async throws {
        try await withLimiter { limiter, redis in
            let (full, wide) = (RateBucket(rateClass: "t", key: "full", limit: 1), RateBucket(rateClass: "t", key: "wide", limit: 10))
            #expect(await limiter.admit([full], at: at(0)).isAdmitted)
            let refused = await limiter.admit([wide, full], at: at(0))
            #expect(!refused.isAdmitted && refused.limit == 1 && refused.remaining == 0)
            let index = RateWindow.index(at: Self.minute)
            let counted = try await redis.pipeline([
                RedisCommand("EXISTS", "rl:t:wide:\(index)"), RedisCommand("GET", "rl:t:full:\(index)"),
            ])
            #expect(try counted.map { try $0.get().int } == [0, 1])
            #expect(await limiter.admit([wide, RateBucket(rateClass: "t", key: "other", limit: 99)], at: at(0)).remaining == 9)
        }
    }

    @Test("Other commands go on the way, whether the request is admitted or not, and one that fails leaves the limits alone")
    func others() async throws {
        try await withLimiter { limiter, redis in
            let buckets = [RateBucket(rateClass: "t", key: "a", limit: 2), RateBucket(rateClass: "t", key: "b", limit: 9)]
            let commands = [RedisCommand("EXISTS", "mark"), RedisCommand("HGETALL", "mark"), RedisCommand("GET", "mark")]
            func answers(_ replies: RateLimiter.Replies) -> [RESPValue?] { replies.map { try? $0.get().value() } }
            let first = await limiter.admit(buckets, at: at(0), sending: commands)
            #expect(first.decision.isAdmitted && first.decision.remaining == 1)
            #expect(answers(first.replies).first == .integer(0) && answers(first.replies).last == .null)
            try await redis.send(RedisCommand("SET", "mark", "7"))
            try await redis.send(RedisCommand("SCRIPT", "FLUSH"))
            let second = await limiter.admit(buckets, at: at(0), sending: commands)
            #expect(second.decision.isAdmitted && second.decision.remaining == 0)
            #expect(answers(second.replies)[1] == nil && answers(second.replies)[2]?.string == "7")
            let refused = await limiter.admit(buckets, at: at(0), sending: commands)
            #expect(!refused.decision.isAdmitted && answers(refused.replies).first == .integer(1))
            #expect(answers(await limiter.admit([], at: at(0), sending: commands).replies).count == 3)
        }
    }

    @Test("Counters go away by themselves after two windows")
    func expiry() async throws {
        try await withLimiter { limiter, redis in
            _ = await limiter.admit([RateBucket(rateClass: "t", key: "a", limit: 5)], at: at(0))
            let left = try await redis.send(RedisCommand("PTTL", "rl:t:a:\(RateWindow.index(at: Self.minute))")).int ?? 0
            #expect((60_000...120_000).contains(left))
        }
    }

    @Test("A clock that steps back over the window's edge neither sticks nor fails")
    func clockStepsBack() async throws {
        try await withLimiter { limiter, _ in
            let bucket = RateBucket(rateClass: "t", key: "a", limit: 3)
            #expect(await limiter.admit([bucket], at: at(1_000)).isAdmitted)
            #expect(await limiter.admit([bucket], at: at(-4_000)).isAdmitted)
            #expect(await limiter.admit([bucket], at: at(1_000)).isAdmitted)
            #expect(await limiter.admit([bucket], at: at(200_000)).isAdmitted)
        }
    }

    @Test("It agrees with the node's own limiter whatever happens")
    func sameArithmetic() async throws {
        try await withLimiter { limiter, _ in
            let local = LocalRateLimiter()
            var seed: UInt64 = 42
            var now: Int64 = 0
            for _ in 0..<400 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                now += Int64(seed >> 33) % 4_000
                let buckets = [
                    RateBucket(rateClass: "t", key: "k\(seed >> 40 & 1)", limit: 7), RateBucket(rateClass: "t", key: "all", limit: 20),
                ]
                let (theirs, ours) = (await limiter.admit(buckets, at: at(now)), local.admit(buckets, now: Self.minute + now))
                #expect(theirs == ours)
            }
        }
    }

    @Test("While Redis is away the limits are shared out among the nodes, and never below one")
    func sharedAmongNodes() async throws {
        let directory = try await TestServers.temporaryDirectory("none")
        let redis = try Self.client("unix://\(directory)/absent.sock")
        let limiter = RateLimiter(redis: redis, scale: 1, nodes: 4, logger: Self.quiet)
        func passes(_ limit: Double, _ key: String) async -> Int {
            var count = 0
            for _ in 0..<100 {
                if await limiter.admit([RateBucket(rateClass: "t", key: key, limit: limit)], at: at(0)).isAdmitted { count += 1 }
            }
            return count
        }
        #expect(await passes(60, "a") == 15)
        #expect(await passes(3, "b") == 1)
        limiter.setNodeCount(2)
        #expect(await passes(60, "c") == 30)
        #expect(limiter.isLocal)
        await redis.close()
    }

    @Test("A Redis that accepts and never answers counts as gone after the patience")
    func silentServer() async throws {
        let silent = try await SilentServer.start()
        let redis = try Self.client("redis://127.0.0.1:\(silent.port)")
        let limiter = RateLimiter(redis: redis, scale: 1, logger: Self.quiet)
        #expect(await limiter.admit([RateBucket(rateClass: "t", key: "a", limit: 1)], at: at(0)).isAdmitted)
        #expect(limiter.isLocal)
        #expect(await !limiter.admit([RateBucket(rateClass: "t", key: "a", limit: 1)], at: at(0)).isAdmitted)
        await redis.close()
        try await silent.stop()
    }
}

/// Accepts connections and says nothing.
struct SilentServer: Sendable {
    private let channel: any Channel

    var port: Int { channel.localAddress?.port ?? 0 }

    static func start() async throws -> SilentServer {
        SilentServer(
            channel: try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
        )
    }

    func stop() async throws { try await channel.close() }
}
