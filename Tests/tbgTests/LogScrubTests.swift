import API
import Bitcoin
import HTTPTypes
import Platform
import Prometheus
import Synchronization
import Testing

@testable import tbg

/// Nothing secret in the log at debug level (spec 01 §8, §14.21; 11 §15.10).
@Suite("Log scrub", .serialized)
struct LogScrubTests {
    private static let page = Endpoint<NoInput, EmptyObject>(
        .get,
        "/test/page/{address}",
        id: "testAddress",
        tag: "Test",
        summary: "Named",
        auth: .none,
        rate: .relaxed
    )

    @Test("Tokens, keys, passwords, addresses, signatures and query strings of a whole run appear nowhere")
    func scrub() async throws {
        let variables = [
            "SESSION_KEY": String(repeating: "5e55", count: 16), "PRIVACY_HASH_KEY": String(repeating: "9a1b", count: 16),
            "SMTP_PASSWORD": "smtp-hunter2",
            "TRUSTED_PROXIES": "127.0.0.0/8",
        ]
        try await Rig.run(variables) { rig in
            let address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
            let user = try await rig.user(address)
            let apiKey = "sk-tbg-" + String(repeating: "0123456789abcdef", count: 4)
            let refreshToken = "tbg_rt_" + String(repeating: "R", count: 42) + "A"
            let body = """
                {"btc_address":"\(address)","email":"alice.secret@example.com","password":"hunter2hunter2","signature":"c2lnbmF0dXJlLXZhbHVl",\
                "nonce":"a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6","refresh_token":"\(refreshToken)","token":"one-time-token-value"}
                """
            for route in rig.server.table.descriptions {
                let path = route.fields(in: .path).reduce(route.path) { $0.replacing("{\($1.name)}", with: address) }
                for headers in [
                    [user.header], [("Authorization", "Bearer forged.secret.token")], [("X-API-Key", apiKey)],
                    [("Cookie", "sid=cookie-secret-value")],
                ] {
                    let query = "?token=\(user.token)&email=alice.secret@example.com&q=query-secret-value"
                    let all = headers + [("X-Forwarded-For", "203.0.113.77")]
                    _ = try await rig.wire.send(route.method.rawValue, path + query, all, body: route.method == .get ? nil : body)
                }
            }
            rig.runtime.logs.flush()
            let log = rig.logs.text.joined()
            #expect(log.contains("\"level\":\"info\""))
            for secret in [
                user.token, apiKey, address, "alice.secret", "hunter2", "c2lnbmF0dXJlLXZhbHVl", "a1b2c3d4e5f6a7b8c9d0",
                refreshToken,
                "one-time-token-value", "forged.secret.token", "cookie-secret-value", "query-secret-value", "203.0.113.77", "5e555e55",
                "9a1b9a1b",
                "PRIVATE KEY", "postgres://", "redis://", "unix://",
            ] {
                #expect(!log.contains(secret), "\(secret)")
            }
            #expect(log.contains("203.0.113.0/24"))
            // Metrics are read by many, too.
            let page = String(decoding: rig.metrics.render(), as: UTF8.self)
            for secret in [address, user.token, "alice", "203.0.113", "/test/page/bc1"] { #expect(!page.contains(secret)) }
        }
    }

    /// Members of answers that nobody but their reader may see.
    private static let secretMembers: Set<String> = ["nonce", "message", "access_token", "refresh_token", "key"]

    private static func secrets(in value: JSONValue?) -> [String] {
        if let members = value?.objectValue {
            return members.flatMap { member in
                secretMembers.contains(member.name) ? [member.value.stringValue ?? ""] : secrets(in: member.value)
            }
        }
        return (value?.arrayValue ?? []).flatMap { secrets(in: $0) }
    }

    @Test("Who signs in, with what, and what they are given for it appears nowhere, in the log or on the metrics page")
    func signIn() async throws {
        let signer = try #require(
            PrivateKey(bytes: [UInt8](repeating: 0x21, count: 32)).flatMap { MessageSigner(key: $0, type: .p2wpkh, network: .mainnet) }
        )
        let (mail, password) = ("carol.secret@example.com", "Gr4vel-Lantern")
        try await Rig.run { rig in
            let (named, proven) = ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", signer.address.canonical)
            let told = Mutex<[String]>([mail, "carol.secret", password, named, proven])
            func post(_ path: String, _ members: [String: String], token: String? = nil) async throws -> JSONValue {
                let answer = try await rig.wire.post("/api/v1" + path, members, token: token)
                told.withLock { $0 += Self.secrets(in: answer.json) + [members["signature"]].compactMap(\.self) }
                return answer.json ?? .null
            }
            func proof(of purpose: String, token: String? = nil) async throws -> [String: String] {
                let route = token == nil ? "/auth/challenge" : "/auth/link-wallet/challenge"
                let challenge = try await post(route, ["btc_address": proven, "purpose": purpose], token: token)
                let message = try #require(challenge["message"]?.stringValue)
                let signature = try #require(signer.sign(message))
                return ["btc_address": proven, "nonce": challenge["nonce"]?.stringValue ?? "", "signature": signature]
            }
            let registered = try await post("/auth/register", ["email": mail, "password": password, "btc_address": named])
            let token = try #require(registered["access_token"]?.stringValue)
            _ = try await post("/auth/login", ["email": mail, "password": password + "x"])
            _ = try await post("/auth/login", ["email": mail, "password": password])
            _ = try await post("/auth/forgot-password", ["email": mail])
            let link = try await proof(of: "link", token: token)
            #expect(try await post("/auth/link-wallet/verify", link, token: token)["status"] == "wallet_linked")
            let login = try await proof(of: "login")
            let session = try await post("/auth/verify", login)
            #expect(session["auth_method"] == nil && session["access_token"] != nil)
            _ = try await post("/auth/verify", login)
            let key = try await post("/users/me/api-keys", ["name": "rig"], token: session["access_token"]?.stringValue)
            #expect(try await rig.wire.get("/api/v1/users/me", [("X-API-Key", key["key"]?.stringValue ?? "")]).status == 200)
            _ = try await rig.wire.get("/api/v1/users/\(proven)")
            let refreshed = try await post("/auth/refresh", ["refresh_token": session["refresh_token"]?.stringValue ?? ""])
            _ = try await post("/auth/logout", ["refresh_token": refreshed["refresh_token"]?.stringValue ?? ""])

            rig.runtime.logs.flush()
            let log = rig.logs.text.joined()
            let page = String(decoding: rig.metrics.render(), as: UTF8.self)
            #expect(log.contains("/api/v1/auth/link-wallet/verify"))
            let secrets = told.withLock { $0 }
            #expect(secrets.count > 20)
            for secret in secrets { #expect(!secret.isEmpty && !log.contains(secret) && !page.contains(secret), "\(secret)") }
        }
    }

    @Test("One access line a request, with its members; probes at debug, refusals at info")
    func accessLines() async throws {
        try await Rig.run { rig in
            let user = try await rig.user("bc1quser")
            let found = try await rig.wire.get("/version", [user.header])
            let missing = try await rig.wire.get("/nope/\(user.token)")
            let (probe, refusal) = (rig.events(of: found.requestID), rig.events(of: missing.requestID))
            #expect(probe.count == 1 && refusal.count == 1)
            #expect(probe.first?["level"] == "debug")
            let line = try #require(refusal.first)
            #expect(line["level"] == "info" && line["method"] == "GET" && line["route"] == "unmatched" && line["status"] == 404)
            #expect(line["error_code"] == "not_found" && line["ip"] == "127.0.0.0/24" && line["node"] == "test-node")
            for name in ["ts", "msg", "event", "duration_ms", "bytes", "version"] { #expect(line[name] != nil, "\(name)") }
        }
    }
}
