import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import NIOCore
import Postgres
import Synchronization
import TestServers
import Testing

@testable import tbg

/// Counts calls.
private final class Tally: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .sequentiallyConsistent) }

    @discardableResult
    func next() -> Int { count.add(1, ordering: .sequentiallyConsistent).newValue }
}

/// The database of a server whose routes are made before it.
private final class Handle: Sendable {
    private let stored = Mutex<PostgresClient?>(nil)

    var client: PostgresClient {
        get throws { try #require(stored.withLock { $0 }) }
    }

    func set(_ client: PostgresClient) { stored.withLock { $0 = client } }
}

/// What becomes of errors (spec 01 §3, §6, §14.7).
@Suite("Failures", .serialized)
struct FailureTests {
    private struct Oops: Error { let text = "hunter2 at db.internal:5432" }

    private static func route(_ path: String, isRetryable: Bool = false) -> Endpoint<NoInput, EmptyObject> {
        Endpoint(
            .post,
            "/test/\(path)",
            id: "test_\(path)",
            tag: "Test",
            summary: "Fails",
            auth: .none,
            rate: .none,
            isRetryable: isRetryable
        )
    }

    private static let origin = ("Origin", "http://localhost:5173")

    @Test("An unforeseen error is a constant 500 for the caller and one line with its cause and stack in the log")
    func unforeseen() async throws {
        try await Rig.run(addRoutes: { $0.add(Self.route("oops")) { _, _ in throw Oops() } }) { rig in
            let answer = try await rig.wire.send("POST", "/test/oops", [Self.origin, ("X-Request-Id", "failing-request")])
            expectEnvelope(answer, 500, "internal_error")
            #expect(answer["access-control-allow-origin"] == Self.origin.1)
            #expect(!answer.body.contains("hunter2") && !answer.body.contains("Oops"))
            let errors = rig.events(of: "failing-request").filter { $0["level"]?.stringValue == "error" }
            let cause = try #require(errors.first { $0["event"]?.stringValue == "request_failed" })
            #expect(cause["error_kind"]?.stringValue == "Oops")
            #expect(cause["stack"]?.arrayValue?.isEmpty == false)
            #expect(errors.contains { $0["event"]?.stringValue == "request" && $0["status"] == 500 })
        }
    }

    @Test("A lost race is tried three times where the handler allows it, then answered as busy; elsewhere at once")
    func races() async throws {
        let (calls, lastChances) = (Tally(), Tally())
        @Sendable func lost() -> PostgresError { .server(ServerError(sqlState: .serializationFailure, message: "could not serialize")) }
        try await Rig.run(addRoutes: { table in
            table.add(Self.route("always", isRetryable: true)) { _, _ in
                calls.next()
                throw lost()
            }
            table.add(Self.route("third", isRetryable: true)) { _, _ in
                guard lastChances.next() == 3 else { throw lost() }
                return EmptyObject()
            }
            table.add(Self.route("once")) { _, _ in
                calls.next()
                throw lost()
            }
        }) { rig in
            expectEnvelope(try await rig.wire.send("POST", "/test/always"), 503, "busy")
            #expect(calls.value == 3)
            #expect(try await rig.wire.send("POST", "/test/third").status == 200)
            expectEnvelope(try await rig.wire.send("POST", "/test/once"), 503, "busy")
            #expect(calls.value == 4)
        }
    }

    @Test("Violated constraints: a unique one is a conflict, a check is our own fault and logged as such")
    func constraints() async throws {
        let database = Handle()
        @Sendable func run(_ sql: SQL) async throws { try await database.client.execute(sql) }
        try await Rig.run(addRoutes: { table in
            table.add(Self.route("unique")) { _, _ in
                try await run("insert into users (btc_address) values ('bc1qtwice')")
                return EmptyObject()
            }
            table.add(Self.route("check")) { _, _ in
                try await run("insert into users (btc_address, auth_method) values ('bc1qcheck', 'magic')")
                return EmptyObject()
            }
            table.add(Self.route("reference")) { _, _ in
                try await run("insert into workers (user_id, worker_name) values (4711, 'rig')")
                return EmptyObject()
            }
        }) { rig in
            database.set(rig.runtime.database)
            #expect(try await rig.wire.send("POST", "/test/unique").status == 200)
            expectEnvelope(try await rig.wire.send("POST", "/test/unique"), 409, "conflict")
            expectEnvelope(try await rig.wire.send("POST", "/test/reference"), 409, "conflict")
            let refused = try await rig.wire.send("POST", "/test/check")
            expectEnvelope(refused, 500, "internal_error")
            #expect(rig.events(of: refused.requestID).contains { $0["msg"]?.stringValue == "check constraint violated" })
            #expect(!rig.logs.text.joined().contains("magic"))
        }
    }

    @Test("When every connection is lent out, callers are told to come back in a second instead of waiting without end")
    func exhaustedPool() async throws {
        let database = Handle()
        try await Rig.run(
            ["DATABASE_POOL_MAX": "3", "DATABASE_ACQUIRE_SECONDS": "2"],
            addRoutes: { table in
                table.add(Self.route("hold")) { _, _ in
                    try await database.client.transaction { _ = try await $0.query("select pg_sleep(8)") }
                    return EmptyObject()
                }
                table.add(Self.route("write")) { _, _ in
                    try await database.client.execute("update users set updated_at = updated_at")
                    return EmptyObject()
                }
            }
        ) { rig in
            database.set(rig.runtime.database)
            async let holding = rig.wire.send("POST", "/test/hold")
            try await eventually("the connection is lent") {
                rig.runtime.database.poolStatistics.free == 0 && rig.runtime.database.poolStatistics.size > 0
            }
            let refused = try await rig.wire.send("POST", "/test/write")
            expectEnvelope(refused, 503, "busy")
            #expect(refused["retry-after"] == "1")
            #expect(try await rig.wire.get("/health").status == 200)
            #expect(try await holding.status == 200)
            #expect(try await rig.wire.send("POST", "/test/write").status == 200)
        }
    }

    @Test("A request over its time ends as busy, and the connection it had borrowed is free again")
    func deadline() async throws {
        let database = Handle()
        try await Rig.run(
            deadlines: RequestDeadlines(limit: .seconds(1)),
            addRoutes: { table in
                table.add(Self.route("slow")) { _, _ in
                    try await database.client.transaction { _ = try await $0.query("select pg_sleep(60)") }
                    return EmptyObject()
                }
            }
        ) { rig in
            database.set(rig.runtime.database)
            expectEnvelope(try await rig.wire.send("POST", "/test/slow"), 503, "busy")
            try await eventually("the connection is free") {
                rig.runtime.database.poolStatistics.free == rig.runtime.database.poolStatistics.size
            }
            #expect(try await rig.runtime.database.execute("update users set updated_at = updated_at") == 0)
        }
    }
}
