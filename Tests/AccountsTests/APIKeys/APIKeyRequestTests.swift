import FeatureRig
import API
import Foundation
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Synchronization
import Redis
import TestServers
import Testing

@testable import Accounts

@Suite("API keys over HTTP")
struct APIKeyRequestTests {
    static let path = AccountsRig.me + "/api-keys"

    static func create(_ rig: AccountsRig, _ account: RigAccount, _ body: JSONObject = ["name": "rig"]) async throws -> RigAnswer {
        try await rig.call(.post, path, body, token: account.token)
    }

    static func key(_ rig: AccountsRig, _ account: RigAccount, _ permissions: JSONValue = ["read"]) async throws -> String {
        try #require(try await create(rig, account, ["name": "rig", "permissions": permissions]).string("key"))
    }

    @Test("a key is shown once, stored as prefix and hash, and listed without its text")
    func created() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("created"))
            let answer = try await Self.create(rig, account, ["name": " My rig ", "permissions": ["write"], "expires_in_days": 30])
            #expect(answer.status == 200)
            #expect(answer.json.objectValue?.map(\.name) == ["id", "key", "prefix", "name", "permissions", "created_at", "expires_at"])
            let key = try #require(answer.string("key"))
            #expect(key.wholeMatch(of: /sk-tbg-[0-9a-f]{64}/) != nil && answer.string("prefix") == String(key.prefix(14)))
            #expect(answer["permissions"] == ["read", "write"] && answer.string("name") == "My rig")
            #expect(answer.string("expires_at") == rig.clock.now.adding(seconds: 30 * 86_400).rfc3339)
            let hash = try await rig.runtime.database.query("select key_hash from api_keys").value(String.self)
            #expect(hash?.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$") == true)
            #expect(try await rig.number("select count(*) from api_keys a where a::text like '%' || \(key) || '%'") == 0)
            #expect(try await rig.number("select count(*) from audit_log a where a::text like '%' || \(key) || '%'") == 0)
            #expect(
                try await rig.number(
                    "select count(*) from audit_log where action = 'apikey.created' and details ->> 'prefix' = \(String(key.prefix(14)))"
                ) == 1
            )
            #expect(try await rig.number("select count(*) from notifications where subtype = 'security'") == 1)

            rig.clock.advance(milliseconds: 1000)
            _ = try await Self.create(rig, account, ["name": "second"])
            let list = try await rig.call(.get, Self.path, token: account.token)
            let items = try #require(list.json.arrayValue)
            #expect(items.map { $0["name"] } == ["second", "My rig"] && !list.text.contains("\"key\""))
            #expect(
                items[0].objectValue?.map(\.name) == [
                    "id", "prefix", "name", "permissions", "last_used_at", "created_at", "expires_at", "is_revoked",
                ]
            )
            #expect(items[0]["permissions"] == ["read"] && items[0]["expires_at"] == .null && items[0]["is_revoked"] == false)
        }
    }

    @Test(
        "wishes that make no sense are refused",
        arguments: [
            (["name": ""], "name:too_short"), (["name": .string(String(repeating: "x", count: 129))], "name:too_long"),
            ([:], "name:required"),
            (["name": "a", "permissions": []], "permissions:too_short"),
            (["name": "a", "permissions": ["admin"]], "permissions.0:not_allowed"),
            (["name": "a", "permissions": "read"], "permissions:type"),
            (["name": "a", "expires_in_days": 0], "expires_in_days:out_of_range"),
            (["name": "a", "expires_in_days": 366], "expires_in_days:out_of_range"),
        ] as [(JSONObject, String)]
    )
    func refused(body: JSONObject, fault: String) async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("refused"))
            let answer = try await Self.create(rig, account, body)
            #expect(answer.status == 422 && answer.faults.contains(fault), "\(answer.text)")
        }
    }

    @Test("ten live keys, not eleven; a deleted one makes room")
    func limit() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("ten"))
            for _ in 0..<8 { #expect(try await Self.create(rig, account).status == 200) }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await Self.create(rig, account).status } }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
            #expect(statuses == [200, 200, 409, 409])
            #expect(try await Self.create(rig, account).code == "api_key_limit")
            let list = try await rig.call(.get, Self.path, token: account.token).json.arrayValue
            let id = try #require(list?.first?["id"]?.stringValue)
            let deleted = try await rig.call(.delete, "\(Self.path)/\(id)", token: account.token)
            #expect(deleted.status == 200 && deleted.text == #"{"status":"api_key_revoked"}"#)
            #expect(try await Self.create(rig, account).status == 200)
        }
    }

    @Test("a prefix that is taken is drawn again")
    func collision() async throws {
        let same = [UInt8](repeating: 0xAB, count: 32)
        // The first two keys drawn are the same.
        let fixed = FixedDraws(same, times: 2)
        try await AccountsRig.run(random: fixed.source) { rig in
            let account = try await rig.account(try Wallet("collision"))
            fixed.begin()
            let first = try #require(try await Self.create(rig, account).string("key"))
            let second = try await Self.create(rig, account)
            #expect(first == "sk-tbg-" + String(repeating: "ab", count: 32))
            #expect(second.status == 200 && second.string("prefix") != "sk-tbg-abababa")
        }
    }

    @Test("a key that reads may read, a key that writes may do both, and neither may touch what is kept for sessions")
    func scopes() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("scopes"))
            let reading = try await Self.key(rig, account)
            let writing = try await Self.key(rig, account, ["write"])
            let profile = try await rig.call(.get, AccountsRig.me, key: reading)
            #expect(profile.status == 200 && profile.integer("id") == account.user.rawValue)
            #expect(try await rig.call(.head, AccountsRig.me, key: reading).status == 200)
            #expect(try await rig.call(.get, SettingsTests.path, key: reading).status == 200)
            let refused = try await rig.call(.patch, AccountsRig.me, ["bio": "x"], key: reading)
            #expect(refused.status == 403 && refused.code == "insufficient_scope")
            #expect(try await rig.call(.patch, AccountsRig.me, ["bio": "x"], key: writing).string("bio") == "x")
            #expect(try await rig.call(.get, AccountsRig.me, key: writing).status == 200)
            #expect(try await rig.number("select count(*) from audit_log where actor_type = 'api_key' and user_id = \(account.user)") == 1)
            let id = UUID().uuidString
            let closed: [(HTTPRequest.Method, String, JSONObject?)] = [
                (.post, Self.path, ["name": "x"]), (.get, Self.path, nil), (.delete, "\(Self.path)/\(id)", nil),
                (.patch, WalletTests.path, ["btc_address": .string(WalletTests.other)]), (.get, AccountsRig.me + "/export", nil),
                (.delete, AccountsRig.me, ["confirm": .string(account.address)]),
            ]
            for (method, path, body) in closed {
                let answer = try await rig.call(method, path, body, key: writing)
                #expect(answer.status == 403, "\(method) \(path)")
            }
        }
    }

    @Test("a route that takes keys demands the scope of its method")
    func rules() async throws {
        try await AccountsRig.run { rig in
            let routes = rig.descriptions.filter { $0.auth.schemes.contains(.apiKey) }
            #expect(routes.count >= 4)
            for route in routes { #expect(route.auth.scope == (route.method == .get ? "read" : "write"), "\(route.id)") }
        }
    }

    @Test("key and token together are a bad request; a key of another shape and a wrong one are 401")
    func credentials() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("both"))
            let key = try await Self.key(rig, account)
            let name = try #require(HTTPField.Name("X-API-Key"))
            let both = try await rig.call(.get, AccountsRig.me, token: account.token, headers: [name: key])
            #expect(both.status == 400 && both.code == "bad_request")
            for wrong in [
                "x", String(key.dropLast()), key.uppercased(), String(key.dropLast()) + (key.hasSuffix("0") ? "1" : "0"),
                APIKey(random: .system).text,
            ] {
                let answer = try await rig.call(.get, AccountsRig.me, key: wrong)
                #expect(answer.status == 401 && answer.code == "unauthorized" && answer.headers[.wwwAuthenticate] != nil)
            }
        }
    }

    @Test("a revoked key is dead at once on this node; foreign, unknown and malformed ids are not found")
    func revoked() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("revoked"))
            let stranger = try await rig.account(try Wallet("stranger"))
            let created = try await Self.create(rig, account)
            let key = try #require(created.string("key"))
            let id = try #require(created.string("id"))
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 200)
            #expect(try await rig.call(.delete, "\(Self.path)/\(id)", token: stranger.token).code == "api_key_not_found")
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 200)
            #expect(try await rig.call(.delete, "\(Self.path)/\(id)", token: account.token).status == 200)
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 401)
            for other in [id, UUID().uuidString, "nonsense", "%00"] {
                let answer = try await rig.call(.delete, "\(Self.path)/\(other)", token: account.token)
                #expect(answer.status == 404 && answer.code == "api_key_not_found", "\(other)")
            }
            #expect(try await rig.call(.get, Self.path, token: account.token).text == "[]")
            #expect(try await rig.number("select count(*) from audit_log where action = 'apikey.revoked'") == 1)
        }
    }

    @Test("another node drops a revoked key when it hears of it, and in any case when its proof is 60 seconds old")
    func otherNode() async throws {
        try await TestServers.withPrivateRedis { redis in
            try await withDatabase(template: TestRuntime.migrated) { database in
                let url = try await redis.url()
                try await AccountsRig.run(databaseURL: database.url, redisURL: url) { first in
                    let account = try await first.account(try Wallet("nodes"))
                    let quiet = try await Self.create(first, account)
                    let loud = try await Self.create(first, account)
                    try await AccountsRig.run(databaseURL: database.url, redisURL: url) { second in
                        // Nobody listens yet on the second node.
                        try await Self.revokeElsewhere(quiet, of: account, on: first, usedOn: second) { key in
                            second.clock.advance(milliseconds: 59_999)
                            let within = try await second.call(.get, AccountsRig.me, key: key).status
                            second.clock.advance(milliseconds: 1)
                            let after = try await second.call(.get, AccountsRig.me, key: key).status
                            #expect(within == 200 && after == 401)
                        }
                        await second.services.apiKeys.revocations.start()
                        try await Self.revokeElsewhere(loud, of: account, on: first, usedOn: second) { key in
                            let isDropped = try await eventually { try await second.call(.get, AccountsRig.me, key: key).status == 401 }
                            #expect(isDropped)
                        }
                        await second.services.apiKeys.revocations.close()
                    }
                }
            }
        }
    }

    /// Proves a key on one node and revokes it on another.
    private static func revokeElsewhere(
        _ created: RigAnswer,
        of account: RigAccount,
        on first: AccountsRig,
        usedOn second: AccountsRig,
        _ check: (String) async throws -> Void
    ) async throws {
        let key = try #require(created.string("key"))
        let id = try #require(created.string("id"))
        #expect(try await second.call(.get, AccountsRig.me, key: key).status == 200)
        #expect(try await first.call(.delete, "\(path)/\(id)", token: account.token).status == 200)
        try await check(key)
    }

    @Test("an expired key is refused to the millisecond, also while its proof holds; it stays listed")
    func expired() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("expired"))
            let key = try #require(try await Self.create(rig, account, ["name": "a", "expires_in_days": 1]).string("key"))
            rig.clock.advance(milliseconds: 86_399_999)
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 200)
            rig.clock.advance(milliseconds: 1)
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 401)
            let later = try await rig.session(of: account.user)
            #expect(try await rig.call(.get, Self.path, token: later.token).json.arrayValue?.count == 1)
        }
    }

    @Test("keys of a banned owner are refused, those of a removed one are unknown")
    func banned() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("banned"))
            let key = try await Self.key(rig, account)
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 200)
            try await rig.runtime.database.execute("update users set is_banned = true where id = \(account.user)")
            rig.clock.advance(milliseconds: 5000)
            let answer = try await rig.call(.get, AccountsRig.me, key: key)
            #expect(answer.status == 403 && answer.code == "account_banned")
            try await rig.runtime.database.execute("delete from users where id = \(account.user)")
            rig.clock.advance(milliseconds: 5000)
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 401)
        }
    }

    @Test("after ten wrong keys of one client in a minute the eleventh is 429 before any hashing, a proven key goes on")
    func failures() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("failures"))
            let known = try await Self.key(rig, account)
            let cold = try await Self.key(rig, account)
            #expect(try await rig.call(.get, AccountsRig.me, key: known).status == 200)
            for _ in 0..<10 {
                #expect(try await rig.call(.get, AccountsRig.me, key: APIKey(random: .system).text).status == 401)
                rig.clock.advance(milliseconds: 1000)
            }
            let refused = try await rig.call(.get, AccountsRig.me, key: APIKey(random: .system).text)
            #expect(refused.status == 429 && refused.headers[.retryAfter] == "50")
            #expect(try await rig.call(.get, AccountsRig.me, key: cold).status == 429)
            #expect(try await rig.call(.get, AccountsRig.me, key: known).status == 200)
            #expect(try await rig.call(.get, AccountsRig.me, key: cold, from: "198.51.100.9").status == 200)
            rig.clock.advance(milliseconds: 50_000)
            #expect(try await rig.call(.get, AccountsRig.me, key: APIKey(random: .system).text).status == 401)
        }
    }

    @Test("a flood of wrong keys with a prefix that exists is refused, and disturbs neither tokens nor proven keys")
    func flood() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("flooded"))
            let key = try await Self.key(rig, account)
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 200)
            let (refused, served) = try await withThrowingTaskGroup(of: (isWrong: Bool, status: Int).self) { group in
                for number in 0..<500 {
                    let wrong = key.prefix(14) + Hex.encode(RandomSource.seeded(UInt64(number)).bytes(29)).prefix(57)
                    group.addTask { (true, try await rig.call(.get, AccountsRig.me, key: String(wrong), from: "198.51.100.9").status) }
                    if number.isMultiple(of: 25) {
                        group.addTask { (false, try await rig.call(.get, AccountsRig.me, token: account.token).status) }
                        group.addTask { (false, try await rig.call(.get, AccountsRig.me, key: key).status) }
                    }
                }
                return try await group.reduce(into: ([Int](), [Int]())) { $1.isWrong ? $0.0.append($1.status) : $0.1.append($1.status) }
            }
            #expect(served == Array(repeating: 200, count: 40))
            #expect(refused.count == 500 && Set(refused).isSubset(of: [401, 429, 503]), "\(Set(refused))")
            // Whatever came before the tenth failure was counted went through the gate, as far as it found a turn; after ten nothing does.
            for _ in min(refused.count { $0 == 401 }, 10)..<10 {
                let answer = try await rig.call(.get, AccountsRig.me, key: APIKey(random: .system).text, from: "198.51.100.9")
                #expect(answer.status == 401)
            }
            #expect(try await rig.call(.get, AccountsRig.me, key: APIKey(random: .system).text, from: "198.51.100.9").status == 429)
        }
    }

    @Test("a burst with one cold key hashes once")
    func singleFlight() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("burst"))
            let key = try await Self.key(rig, account)
            // One more at a time than the gate and its queue would let through.
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<100 { group.addTask { try await rig.call(.get, AccountsRig.me, key: key).status } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(statuses == [200])
        }
    }

    @Test("a use is written later, at most once a minute, and never by the request itself")
    func used() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("used"))
            let key = try await Self.key(rig, account)
            let uses = rig.services.apiKeys.uses
            func lastUse() async throws -> Instant? {
                try await rig.runtime.database.query("select last_used_at from api_keys").value(Optional<Instant>.self) ?? nil
            }
            let first = rig.clock.now
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 200)
            #expect(try await lastUse() == nil)
            await uses.flush()
            #expect(try await lastUse() == first)
            rig.clock.advance(milliseconds: 59_000)
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 200)
            await uses.flush()
            #expect(try await lastUse() == first)
            rig.clock.advance(milliseconds: 1000)
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 200)
            await uses.flush()
            #expect(try await lastUse() == rig.clock.now)
            let listed = try await rig.call(.get, Self.path, token: account.token).json.arrayValue?.first
            #expect(listed?["last_used_at"]?.stringValue == rig.clock.now.rfc3339)
        }
    }
}

/// Lets a test fix the next draws of 32 bytes once it says so.
private final class FixedDraws: Sendable {
    private let state: Mutex<(isOpen: Bool, left: Int)>
    private let bytes: [UInt8]

    init(_ bytes: [UInt8], times: Int) {
        self.bytes = bytes
        state = Mutex((false, times))
    }

    func begin() { state.withLock { $0.isOpen = true } }

    var source: RandomSource {
        RandomSource { count in
            let isFixed = self.state.withLock { state in
                guard state.isOpen, state.left > 0, count == 32 else { return false }
                state.left -= 1
                return true
            }
            return isFixed ? self.bytes : RandomSource.system.bytes(count)
        }
    }
}
