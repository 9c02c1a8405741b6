import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Redis
import TestServers
import Testing

@testable import tbg

/// Rate limits over a real connection (spec 01 §7, §13, §14; 11 §19.1–3).
@Suite("Rate limits", .serialized)
struct RateLimitTests {
    private static let one = ["RATE_LIMIT_SCALE": "1"]
    private static let origin = ("Origin", "http://localhost:5173")

    private static let page = Endpoint<NoInput, EmptyObject>(
        .get,
        "/test/page",
        id: "testPage",
        tag: "Test",
        summary: "For anyone",
        auth: .none,
        rate: .relaxed
    )
    private static let mine = Endpoint<NoInput, EmptyObject>(
        .get,
        "/test/mine",
        id: "testMine",
        tag: "Test",
        summary: "For users",
        auth: .bearer,
        rate: .standard
    )
    private static let narrow = Endpoint<NoInput, EmptyObject>(
        .post,
        "/test/narrow",
        id: "testNarrow",
        tag: "Test",
        summary: "Narrow",
        auth: .bearer,
        rate: .strict
    )

    private func run(_ variables: [String: String] = one, redis: String? = nil, _ body: @escaping @Sendable (Rig) async throws -> Void)
        async throws
    {
        try await Rig.run(
            variables,
            redis: redis,
            addRoutes: { table in
                table.add(Self.page) { _, _ in EmptyObject() }
                table.add(Self.mine) { _, _ in EmptyObject() }
                table.add(Self.narrow) { _, _ in EmptyObject() }
            },
            body
        )
    }

    @Test("Sixty anonymous calls pass, the next is refused with the wait, and after it one passes")
    func anonymous() async throws {
        try await run { rig in
            for left in stride(from: 59, through: 0, by: -1) {
                let answer = try await rig.wire.get("/nope")
                #expect(answer.status == 404)
                #expect(answer["x-ratelimit-limit"] == "60")
                #expect(answer["x-ratelimit-remaining"] == String(left))
                #expect(answer["x-ratelimit-reset"] == String(rig.clock.now.secondsSinceUnixEpoch + 60))
            }
            let refused = try await rig.wire.get("/nope", [Self.origin])
            expectEnvelope(refused, 429, "rate_limited")
            #expect(refused["access-control-allow-origin"] == Self.origin.1)
            let wait = try #require(refused["retry-after"].flatMap { Int64($0) })
            #expect(wait == 61)
            #expect(refused["x-ratelimit-remaining"] == "0")
            #expect(refused["x-ratelimit-reset"] == String(rig.clock.now.secondsSinceUnixEpoch + wait))
            // Refused calls do not make the wait longer.
            for _ in 0..<5 { #expect(try await rig.wire.get("/nope")["retry-after"] == String(wait)) }
            rig.clock.advance(milliseconds: (wait - 1) * 1000)
            #expect(try await rig.wire.get("/nope").status == 429)
            rig.clock.advance(milliseconds: 1000)
            #expect(try await rig.wire.get("/nope").status == 404)
            #expect(try await rig.wire.get("/health").status == 200)
            #expect(rig.metric(#"tbg_rate_limit_hits_total{tier="default"}"#) == 7)
        }
    }

    @Test("A user's 121st request in a minute is refused, and users do not share a budget")
    func standard() async throws {
        try await run { rig in
            let (first, second) = (try await rig.user("bc1qfirst"), try await rig.user("bc1qsecond"))
            for _ in 0..<120 { #expect(try await rig.wire.get("/test/mine", [first.header]).status == 200) }
            let refused = try await rig.wire.get("/test/mine", [first.header, Self.origin])
            expectEnvelope(refused, 429, "rate_limited")
            #expect(refused["access-control-allow-origin"] == Self.origin.1)
            #expect(try await rig.wire.get("/test/mine", [second.header]).status == 200)
            rig.clock.advance(milliseconds: (Int64(refused["retry-after"] ?? "") ?? 0) * 1000)
            #expect(try await rig.wire.get("/test/mine", [first.header]).status == 200)
        }
    }

    @Test("A strict route has ten of its own, which also count among the user's 120; a refusal counts in neither")
    func strict() async throws {
        try await run { rig in
            let user = try await rig.user("bc1quser")
            for _ in 0..<10 { #expect(try await rig.wire.send("POST", "/test/narrow", [user.header]).status == 200) }
            for _ in 0..<3 { expectEnvelope(try await rig.wire.send("POST", "/test/narrow", [user.header]), 429, "rate_limited") }
            #expect(try await rig.wire.get("/test/mine", [user.header])["x-ratelimit-remaining"] == "109")
        }
    }

    @Test("Garbage tokens and anonymous callers of a signed-in route share the 60 of their address")
    func badTokens() async throws {
        try await run { rig in
            for _ in 0..<30 { expectEnvelope(try await rig.wire.get("/test/mine", [("Authorization", "Bearer x.y.z")]), 401) }
            for _ in 0..<30 { expectEnvelope(try await rig.wire.get("/test/mine"), 401) }
            expectEnvelope(try await rig.wire.get("/nope"), 429, "rate_limited")
            #expect(try await rig.wire.get("/test/page").status == 200)
        }
    }

    @Test("Behind a trusted proxy each client has a budget; from anywhere else the header means nothing")
    func forwarded() async throws {
        try await run(Self.one.merging(["TRUSTED_PROXIES": "127.0.0.0/8"]) { $1 }) { rig in
            let long = (0..<50).map { "10.0.0.\($0)" }.joined(separator: ", ") + ", 203.0.113.1"
            let calls: [(forwarded: [String], remaining: String)] = [
                (["203.0.113.1"], "59"), (["203.0.113.1"], "58"), (["203.0.113.2"], "59"), (["203.0.113.2, 127.0.0.9"], "58"),
                (["198.51.100.7", "203.0.113.2"], "57"), (["2001:db8:1:2::1"], "59"), (["2001:db8:1:2:ffff::9%eth0"], "58"),
                ([long], "57"), (["203.0.113.1, not-an-address"], "59"), (["nonsense"], "58"),
            ]
            for call in calls {
                let answer = try await rig.wire.get("/nope", call.forwarded.map { ("X-Forwarded-For", $0) })
                #expect(answer["x-ratelimit-remaining"] == call.remaining, "\(call.forwarded)")
            }
        }
        try await run { rig in
            for (client, left) in [("203.0.113.1", "59"), ("203.0.113.2", "58")] {
                let answer = try await rig.wire.get("/nope", [("X-Forwarded-For", client)])
                #expect(answer["x-ratelimit-remaining"] == left)
            }
        }
    }

    @Test("With Redis stopped this node counts, with Redis back Redis does again, and no call ever fails for it")
    func redisAway() async throws {
        try await TestServers.withPrivateRedis { redis in
            try await run(redis: try await redis.url()) { rig in
                func backend(_ name: String) -> Double? { rig.metric("tbg_rate_limit_backend{backend=\"\(name)\"}") }
                #expect(try await rig.wire.get("/test/page").status == 200)
                #expect(backend("redis") == 1 && backend("local") == 0)
                await redis.stop()
                for _ in 0..<60 { #expect(try await rig.wire.get("/nope").status == 404) }
                #expect(backend("redis") == 0 && backend("local") == 1)
                expectEnvelope(try await rig.wire.get("/nope"), 429, "rate_limited")
                try await redis.start()
                try await eventually("Redis counts again") {
                    rig.clock.advance(milliseconds: 1_000)
                    _ = try await rig.wire.get("/test/page")
                    return backend("redis") == 1 && backend("local") == 0
                }
                rig.runtime.logs.flush()
                #expect(rig.logs.events.count { $0["event"]?.stringValue == "rate_limit_backend" } == 2)
            }
        }
    }

    @Test("A Redis that is not there at the start is no reason not to serve, nor to serve without limits")
    func redisAbsentAtStart() async throws {
        let nowhere = try await TestServers.temporaryDirectory("none")
        try await run(redis: "unix://\(nowhere)/absent.sock") { rig in
            for _ in 0..<60 { #expect(try await rig.wire.get("/nope").status == 404) }
            expectEnvelope(try await rig.wire.get("/nope"), 429, "rate_limited")
            #expect(try await rig.wire.get("/health").status == 200)
            #expect(try await rig.wire.get("/ready").status == 503)
        }
    }

    @Test("A Redis that forgot the script gets it again")
    func scriptFlushed() async throws {
        try await run { rig in
            #expect(try await rig.wire.get("/nope")["x-ratelimit-remaining"] == "59")
            try await rig.runtime.redis.send(RedisCommand("SCRIPT", "FLUSH"))
            #expect(try await rig.wire.get("/nope")["x-ratelimit-remaining"] == "58")
        }
    }
}
