import API
import Accounts
import CryptoExtras
import Feed
import GameRules
import Platform
import Postgres
import Testing

@testable import tbg

/// Everything is decided before the upgrade, with the ordinary error envelope (spec 04 §7.1, §11 handshake, §12.9).
@Suite("Socket handshake")
struct SocketHandshakeTests {
    private static let upgrade = [
        ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]

    private func refused(
        _ rig: Rig,
        _ token: String?,
        _ headers: [(String, String)] = [],
        upgrade: [(String, String)] = SocketHandshakeTests.upgrade
    ) async throws -> Answer {
        let request = [("Host", "localhost:\(rig.wire.port)")] + upgrade + headers
        let path = "/ws" + (token.map { "?token=\($0)" } ?? "")
        let head = request.reduce("GET \(path) HTTP/1.1\r\n") { $0 + "\($1.0): \($1.1)\r\n" } + "\r\n"
        // A second request ends the connection of one that was refused.
        let text = try await rig.wire.exchange([head, "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"])
        let length = text.firstRange(of: "HTTP/1.1 200")?.lowerBound ?? text.endIndex
        return try #require(Answer(String(text[..<length])))
    }

    @Test("tokens that are missing, empty, garbage or too old are 401, foreign origins 403, requests without an upgrade 426")
    func refusals() async throws {
        try await Rig.run { rig in
            let user = try await rig.user("bc1qsocket")
            let banned = try await rig.user("bc1qbanned", isBanned: true)
            for token in [nil, "", "garbage", "a.b.c", String(repeating: "x", count: 5000)] {
                expectEnvelope(try await refused(rig, token), 401, "unauthorized")
            }
            expectEnvelope(try await refused(rig, banned.token), 403, "account_banned")
            for origin in ["https://foreign.example", "null"] {
                expectEnvelope(try await refused(rig, "garbage", [("Origin", origin)]), 403, "origin_not_allowed")
            }
            expectEnvelope(try await refused(rig, user.token, upgrade: []), 426)
            expectEnvelope(
                try await refused(rig, user.token, upgrade: Self.upgrade.map { $0.0 == "Sec-WebSocket-Version" ? ($0.0, "8") : $0 }),
                426
            )
            rig.clock.advance(milliseconds: 7_200_000)
            // The session is in no table, so the grace does not help.
            expectEnvelope(try await refused(rig, user.token), 401, "session_revoked")
            rig.clock.advance(milliseconds: 13 * 3_600_000)
            expectEnvelope(try await refused(rig, user.token), 401, "token_expired")
        }
    }

    @Test("a node that is leaving, or full, opens no socket, whatever else is wrong with the request")
    func draining() async throws {
        try await Rig.run(["WS_MAX_PER_NODE": "1"]) { rig in
            let admission = await rig.server.hub.join(UserID(9), maximumPerNode: 1)
            expectEnvelope(try await refused(rig, "garbage", [("Origin", "null")]), 503, "busy")
            if case .admitted(let seat) = admission { rig.server.hub.leave(seat) }
            expectEnvelope(try await refused(rig, "garbage"), 401, "unauthorized")
            rig.server.hub.drain()
            expectEnvelope(try await refused(rig, "garbage", [("Origin", "null")]), 503, "draining")
        }
    }

    @Test("a user tries ten times a minute, an address sixty times")
    func attempts() async throws {
        try await Rig.run(["RATE_LIMIT_SCALE": "1"]) { rig in
            let banned = try await rig.user("bc1qbanned", isBanned: true)
            for _ in 0..<10 { expectEnvelope(try await refused(rig, banned.token), 403, "account_banned") }
            expectEnvelope(try await refused(rig, banned.token), 429, "rate_limited")
            for _ in 0..<50 { expectEnvelope(try await refused(rig, "garbage"), 401, "unauthorized") }
            expectEnvelope(try await refused(rig, "garbage"), 429, "rate_limited")
        }
    }

    @Test("figures of the sockets are for administrators")
    func statistics() async throws {
        try await Rig.run { rig in
            let path = "/api/v1/dashboard/ws-stats"
            let user = try await rig.user("bc1qadmin")
            expectEnvelope(try await rig.wire.get(path), 401)
            expectEnvelope(try await rig.wire.get(path, [user.header]), 403, "admin_required")
            try await rig.runtime.database.execute("update users set is_admin = true where id = \(user.id)")
            await rig.server.hub.tellPresence()
            let answer = try await rig.wire.get(path, [user.header])
            #expect(answer.status == 200)
            #expect(
                answer.body
                    == #"{"total_connections":0,"unique_users":0,"channels":{"mining":0,"dashboard":0,"gamification":0,"competition":0,"notifications":0}}"#
            )
        }
    }
}
