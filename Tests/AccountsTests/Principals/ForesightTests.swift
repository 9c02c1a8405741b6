import API
import FeatureRig
import HTTPTypes
import LocalServers
import Platform
import Redis
import Synchronization
import TestServers
import Testing

@testable import Accounts

/// What an operation foresees to ask of Redis comes with the limits (spec 01 §7.3), and never decides anything.
@Suite("Foresight")
struct ForesightTests {
    /// What the operation found in its context, call by call.
    private final class Found: Sendable {
        private let calls = Mutex<[[String?]]>([])

        func note(_ replies: ForeseenReplies) {
            let values = replies.map { try? $0.get().value().string }
            calls.withLock { $0.append(values) }
        }

        func takeAll() -> [[String?]] {
            calls.withLock { calls in
                defer { calls = [] }
                return calls
            }
        }
    }

    private static let path = "/api/v1/probe"

    private static func routes(_ rig: AccountsRig, _ found: Found) async throws -> RouteRig {
        try await RouteRig(
            runtime: rig.runtime,
            clock: rig.clock,
            accounts: rig.services,
            foresights: [
                "probe": { caller, _ in ["GET", "HGETALL"].map { RedisCommand($0, "probe:\(caller.address)") } }
            ]
        ) { table in
            let endpoint = Endpoint<NoInput, EmptyObject>(
                .get,
                path,
                id: "probe",
                tag: "T",
                summary: "S",
                auth: .bearerOrKey(scope: "read"),
                rate: .standard
            )
            table.add(endpoint) { _, context in
                found.note(context.foreseen)
                return EmptyObject()
            }
        }
    }

    @Test("A caller this node remembers has its own answers with the limits, each alone; others ask for themselves")
    func remembered() async throws {
        try await AccountsRig.run { rig in
            let found = Found()
            let routes = try await Self.routes(rig, found)
            let (one, other) = (try await rig.account(try Wallet("one")), try await rig.account(try Wallet("other")))
            for account in [one, other] {
                try await rig.runtime.redis.send(RedisCommand("SET", "probe:\(account.address)", account.address))
                rig.services.principals.forget(account.user)
                #expect(try await routes.call(.get, Self.path, token: account.token).status == 200)
                #expect(found.takeAll() == [[]], "not remembered yet")
                #expect(try await routes.call(.get, Self.path, token: account.token).status == 200)
                #expect(found.takeAll() == [[account.address, nil]], "the second command fails, the first does not")
            }
            let key = try await APIKeyRequestTests.key(rig, one)
            for _ in 0..<2 { #expect(try await routes.call(.get, Self.path, key: key).status == 200) }
            #expect(found.takeAll() == [[], []], "whose a key is only the database knows")
            rig.clock.advance(milliseconds: 5_000)
            #expect(try await routes.call(.get, Self.path, token: one.token).status == 200)
            #expect(found.takeAll() == [[]], "five seconds are too long to remember")
        }
    }

    @Test("A caller over the limit, banned or signed out is refused as ever")
    func refused() async throws {
        try await AccountsRig.run(["RATE_LIMIT_SCALE": "1"]) { rig in
            let found = Found()
            let routes = try await Self.routes(rig, found)
            let account = try await rig.account(try Wallet("refused"))
            var statuses: [Int] = []
            for _ in 0..<121 { statuses.append(try await routes.call(.get, Self.path, token: account.token).status) }
            #expect(Set(statuses.dropLast()) == [200] && statuses.last == 429)
            #expect(found.takeAll().count == 120)

            rig.clock.advance(milliseconds: 121_000)
            #expect(try await routes.call(.get, Self.path, token: account.token).status == 200)
            #expect(try await rig.call(.post, "/api/v1/auth/logout-all", token: account.token).status == 200)
            #expect(try await routes.call(.get, Self.path, token: account.token).status == 401)
            #expect(found.takeAll().count == 1)
        }
    }

    @Test("Without Redis nothing comes, and the caller is served")
    func withoutRedis() async throws {
        try await withDatabase(template: TestRuntime.migrated) { database in
            try await TestServers.withPrivateRedis { redis in
                try await AccountsRig.run(databaseURL: database.url, redisURL: try await redis.url()) { rig in
                    let found = Found()
                    let routes = try await Self.routes(rig, found)
                    let account = try await rig.account(try Wallet("alone"))
                    for _ in 0..<2 { #expect(try await routes.call(.get, Self.path, token: account.token).status == 200) }
                    #expect(found.takeAll().last?.count == 2)
                    await redis.stop()
                    #expect(try await routes.call(.get, Self.path, token: account.token).status == 200)
                    #expect(found.takeAll() == [[]])
                }
            }
        }
    }
}
