import API
import HTTPTypes
import LocalServers
import Logging
import NIOCore
import NIOPosix
import Platform
import Postgres
import TestServers
import Testing

@testable import tbg

/// Readiness (spec 01 §3, §9, §14.2–3; 11 §3, §19.8).
@Suite("Readiness", .serialized)
struct ReadinessTests {
    private static let mine = Endpoint<NoInput, EmptyObject>(
        .get,
        "/test/page",
        id: "testPage",
        tag: "Test",
        summary: "For anyone",
        auth: .none,
        rate: .relaxed
    )

    /// The answer of `/ready`, asked anew.
    private func ready(_ rig: Rig) async throws -> Answer {
        rig.clock.advance(milliseconds: 1_001)
        return try await rig.wire.get("/ready")
    }

    /// Waits for the first connections, which on a loaded machine may take longer than a check.
    private func untilReady(_ rig: Rig) async throws {
        try await eventually("ready") { try await ready(rig).status == 200 }
    }

    @Test("All up: three oks")
    func allUp() async throws {
        try await Rig.run { rig in
            try await untilReady(rig)
            let answer = try await rig.wire.get("/ready")
            #expect(answer.status == 200)
            #expect(answer.body == #"{"status":"ready","checks":{"database":"ok","redis":"ok","migrations":"ok"}}"#)
            expectCommonHeaders(answer, "ready")
        }
    }

    @Test("A stopped database is told in one word, health stays well, and its return is noticed without a restart")
    func databaseStopped() async throws {
        try await TestServers.withPrivateCluster { cluster in
            try await cluster.createDatabase("ready")
            let url = try await cluster.url(database: "ready")
            let client = PostgresClient(configuration: try PostgresConfiguration(url: url), logger: Logger(label: "test"))
            try await Migrator(database: client).up(now: Rig.start)
            await client.close()
            try await Rig.run(database: url) { rig in
                try await untilReady(rig)
                await cluster.stop()
                let down = try await ready(rig)
                #expect(down.status == 503)
                // On a loaded machine Redis, which is well, may answer one check too late.
                let body = #"{"status":"degraded","checks":{"database":"error","redis":"ok","migrations":"ok"}}"#
                try await eventually("the database alone is told") { try await ready(rig).body == body }
                #expect(try await rig.wire.get("/health").status == 200)
                try await cluster.start()
                let clock = ContinuousClock()
                let back = clock.now
                try await eventually("ready again") { try await ready(rig).status == 200 }
                // 10 s by the spec; the rest is what a loaded machine may add.
                #expect(clock.now - back < .seconds(25))
            }
        }
    }

    @Test("A database that is not there at the start is no reason not to start")
    func databaseAbsentAtStart() async throws {
        let nowhere = try await TestServers.temporaryDirectory("none")
        try await Rig.run(database: "postgres://tbg@/x?host=\(nowhere)", addRoutes: { $0.add(Self.mine) { _, _ in EmptyObject() } }) {
            rig in
            let answer = try await rig.wire.get("/ready")
            #expect(answer.status == 503)
            #expect(answer.json?["checks"]?["database"] == "error" && answer.json?["checks"]?["migrations"] == "error")
            #expect(try await rig.wire.get("/health").status == 200)
            expectEnvelope(try await rig.wire.get("/test/page"), 503, "busy")
        }
    }

    @Test("A database that accepts connections and never answers counts as down after a second")
    func silentDatabase() async throws {
        let silent = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(silent.localAddress?.port)
        try await Rig.run(database: "postgres://tbg@127.0.0.1:\(port)/x?sslmode=disable") { rig in
            let answer = try await rig.wire.get("/ready")
            #expect(answer.status == 503)
            #expect(answer.json?["checks"]?["database"] == "error" && answer.json?["checks"]?["redis"] == "ok")
        }
        try await silent.close()
    }

    @Test("Two hundred askers at once cost one ping")
    func stampede() async throws {
        try await Rig.run { rig in
            func pings() -> Double { rig.metric(#"tbg_db_query_seconds_count{statement="ready"}"#) ?? 0 }
            try await untilReady(rig)
            let before = pings()
            rig.clock.advance(milliseconds: 1_001)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<200 { group.addTask { try await rig.wire.get("/ready").status } }
                for try await status in group { #expect(status == 200) }
            }
            #expect(pings() - before == 1)
        }
    }

    @Test("A schema older than the program: not ready, other routes busy, and served as soon as it is migrated")
    func schemaBehind() async throws {
        try await withDatabase { database in
            try await Rig.run(database: database.url, addRoutes: { $0.add(Self.mine) { _, _ in EmptyObject() } }) { rig in
                let behind = try await rig.wire.get("/ready")
                #expect(behind.status == 503)
                #expect(behind.body == #"{"status":"degraded","checks":{"database":"ok","redis":"ok","migrations":"error"}}"#)
                expectEnvelope(try await rig.wire.get("/test/page"), 503, "busy")
                expectEnvelope(try await rig.wire.get("/nope"), 404, "not_found")
                #expect(try await rig.wire.get("/health").status == 200)
                try await Migrator(database: rig.runtime.database).up(now: Rig.start)
                try await untilReady(rig)
                #expect(try await rig.wire.get("/test/page").status == 200)
            }
        }
    }

    @Test("Redis may be away for thirty seconds before the node leaves rotation; one never seen counts at once")
    func redisGrace() async throws {
        try await TestServers.withPrivateRedis { redis in
            try await Rig.run(redis: try await redis.url()) { rig in
                try await untilReady(rig)
                await redis.stop()
                let tolerated = try await ready(rig)
                #expect(tolerated.status == 200)
                #expect(tolerated.json?["status"] == "ready" && tolerated.json?["checks"]?["redis"] == "error")
                rig.clock.advance(milliseconds: 30_000)
                let gone = try await ready(rig)
                #expect(gone.status == 503)
                #expect(gone.json?["status"] == "degraded")
                try await redis.start()
                try await eventually("ready again") { try await ready(rig).status == 200 }
            }
        }
    }

    @Test("A draining node says so, and goes on answering")
    func draining() async throws {
        try await Rig.run { rig in
            await rig.server.readiness.drain()
            let answer = try await rig.wire.get("/ready")
            #expect(answer.status == 503 && answer.json?["status"] == "draining")
            #expect(try await rig.wire.get("/health").body == #"{"status":"healthy"}"#)
        }
    }
}
