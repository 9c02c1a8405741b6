import FeatureRig
import API
import Bitcoin
import Foundation
import GameRules
import HTTPTypes
import Platform
import Postgres
import Redis
import Testing

@testable import Accounts

@Suite("Sessions")
struct SessionTests {
    private func refresh(_ rig: AccountsRig, _ token: String) async throws -> RigAnswer {
        try await rig.call(.post, "/api/v1/auth/refresh", ["refresh_token": .string(token)])
    }

    private func me(_ rig: AccountsRig, _ session: RigSession) async throws -> RigAnswer {
        try await rig.call(.get, "/api/v1/auth/me", token: session.accessToken)
    }

    @Test("who the caller is, by which session, until when")
    func whoAmI() async throws {
        try await AccountsRig.run { rig in
            let session = try await rig.signIn(try Wallet("me"))
            let answer = try await me(rig, session)
            #expect(answer.status == 200)
            #expect(answer.integer("user.id") == session.user.rawValue)
            #expect(answer.string("auth_method") == "wallet" && answer.bool("is_admin") == false)
            #expect(answer.string("token_expires_at") == "2026-03-15T15:30:00.000Z")
            let claims = try await rig.services.verifier.verify(session.accessToken, at: rig.clock.now)
            #expect(answer.string("session_id") == claims.sid)
        }
    }

    @Test("a key may ask who it is, and opens no other route of sign-ins and sessions")
    func keyCaller() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("key caller"))
            let key = try await APIKeyRequestTests.key(rig, account, ["write"])
            let answer = try await rig.call(.get, AccountsRig.auth + "/me", key: key)
            #expect(answer.status == 200 && answer.integer("user.id") == account.user.rawValue)
            #expect(answer.string("auth_method") == "api_key")
            #expect(answer["session_id"] == .null && answer["token_expires_at"] == .null)
            let closed = rig.descriptions.filter { $0.path.hasPrefix(AccountsRig.auth) && !$0.auth.isOptional && $0.id != "authMe" }
            #expect(closed.count >= 7)
            for route in closed {
                let refused = try await rig.call(route.method, route.path, route.method == .get ? nil : [:], key: key)
                #expect(refused.status == 403 && refused.code == "forbidden", "\(route.id): \(refused.text)")
            }
        }
    }

    @Test("when a user was last here is written by their first request of a minute")
    func lastSeen() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("seen"))
            func isSeen(_ instant: Instant) async throws -> Bool {
                try await rig.number("select count(*) from users where last_seen = \(instant)") == 1
            }
            let first = rig.clock.now
            #expect(try await rig.call(.get, AccountsRig.me, token: account.token).status == 200)
            let isWritten = try await eventually { try await isSeen(first) }
            #expect(isWritten)
            try await rig.runtime.redis.send(.init("DEL", "auth:seen:\(account.user)"))
            // Too early: had this one been written, the next would not be.
            rig.clock.advance(milliseconds: 59_999)
            #expect(try await rig.call(.get, AccountsRig.me, token: account.token).status == 200)
            rig.clock.advance(milliseconds: 1)
            #expect(try await rig.call(.get, AccountsRig.me, token: account.token).status == 200)
            let last = rig.clock.now
            let isRenewed = try await eventually { try await isSeen(last) }
            #expect(isRenewed)
        }
    }

    @Test("a logout ends its session and that session's access tokens at once, and no other")
    func logout() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("logout")
            let (first, second) = (try await rig.signIn(wallet), try await rig.signIn(wallet))
            let newest = try RigSession(try await refresh(rig, first.refreshToken))
            // The token that was replaced ends the session as well.
            let answer = try await rig.call(.post, "/api/v1/auth/logout", ["refresh_token": .string(first.refreshToken)])
            #expect(answer.status == 200 && answer.string("status") == "logged_out")
            #expect(try await refresh(rig, newest.refreshToken).code == "session_revoked")
            #expect(try await refresh(rig, first.refreshToken).code == "session_revoked")
            #expect(try await me(rig, first).code == "session_revoked")
            #expect(try await me(rig, newest).code == "session_revoked")
            #expect(try await me(rig, second).status == 200)
            #expect(try await rig.number("select count(*) from audit_log where action = 'auth.logout'") == 1)
        }
    }

    @Test("a logout with garbage or an unknown token says the same, and without a token it is a validation error")
    func silentLogout() async throws {
        try await AccountsRig.run { rig in
            for text in ["garbage", RefreshToken(random: .seeded(5)).text] {
                let answer = try await rig.call(.post, "/api/v1/auth/logout", ["refresh_token": .string(text)])
                #expect(answer.status == 200 && answer.string("status") == "logged_out")
            }
            #expect(try await rig.call(.post, "/api/v1/auth/logout", [:]).status == 422)
        }
    }

    @Test("a logout everywhere ends every session and every access token")
    func logoutAll() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("everywhere")
            var sessions: [RigSession] = []
            for _ in 0..<3 { sessions.append(try await rig.signIn(wallet)) }
            let answer = try await rig.call(.post, "/api/v1/auth/logout-all", token: sessions[1].accessToken)
            #expect(answer.status == 200 && answer.string("status") == "all_sessions_revoked" && answer.integer("revoked_count") == 3)
            for session in sessions {
                #expect(try await me(rig, session).code == "session_revoked")
                #expect(try await refresh(rig, session.refreshToken).code == "session_revoked")
            }
            #expect(try await me(rig, try await rig.signIn(wallet)).status == 200)
            #expect(try await rig.number("select count(*) from audit_log where action = 'auth.logout_all'") == 1)
        }
    }

    @Test("on another node, which has just seen the token, a logout counts from the next request on; so does one everywhere")
    func otherNode() async throws {
        try await withAccounts { database, redis in
            try await AccountsRig.run(databaseURL: database, redisURL: redis) { first async throws in
                try await AccountsRig.run(databaseURL: database, redisURL: redis, random: .seeded(2)) { second async throws in
                    let wallet = try Wallet("two nodes")
                    let (one, two) = (try await first.signIn(wallet), try await first.signIn(wallet))
                    for session in [one, two] { #expect(try await me(second, session).status == 200) }
                    _ = try await first.call(.post, "/api/v1/auth/logout", ["refresh_token": .string(one.refreshToken)])
                    #expect(try await me(second, one).code == "session_revoked")
                    #expect(try await me(second, two).status == 200)
                    #expect(try await first.call(.post, "/api/v1/auth/logout-all", token: two.accessToken).status == 200)
                    #expect(try await me(second, two).code == "session_revoked")
                }
            }
        }
    }

    @Test("the list shows live sessions, newest use first, with the network of their last use")
    func list() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("list")
            let first = try await rig.signIn(wallet, from: "198.51.100.23")
            rig.clock.advance(milliseconds: 1000)
            let second = try await rig.signIn(wallet, from: "2001:db8:1:2::3")
            rig.clock.advance(milliseconds: 1000)
            let third = try await rig.signIn(wallet)
            _ = try await rig.call(.post, "/api/v1/auth/logout", ["refresh_token": .string(third.refreshToken)])
            let answer = try await rig.call(.get, "/api/v1/auth/sessions", token: first.accessToken)
            let sessions = try #require(answer["sessions"]?.arrayValue).map { $0.objectValue ?? [:] }
            #expect(sessions.map { $0["ip_address"]?.stringValue } == ["2001:db8:1::/48", "198.51.100.0/24"])
            #expect(sessions.map { $0["is_current"]?.boolValue } == [false, true])
            #expect(sessions.allSatisfy { $0["auth_method"]?.stringValue == "wallet" })

            let current = try #require(sessions[0]["id"]?.stringValue)
            let ended = try await rig.call(.delete, "/api/v1/auth/sessions/\(current)", token: first.accessToken)
            #expect(ended.status == 200 && ended.string("status") == "session_revoked")
            #expect(try await me(rig, second).code == "session_revoked")
            #expect(try await rig.call(.delete, "/api/v1/auth/sessions/\(current)", token: first.accessToken).code == "session_not_found")
            #expect(try await rig.number("select count(*) from audit_log where action = 'auth.session_revoked'") == 1)
        }
    }

    @Test("nobody ends another user's session, or one that does not exist")
    func foreignSession() async throws {
        try await AccountsRig.run { rig in
            let (mine, theirs) = (try await rig.signIn(try Wallet("mine")), try await rig.signIn(try Wallet("theirs")))
            let foreign = try #require(try await me(rig, theirs).string("session_id"))
            for id in [foreign, "not-an-id", UUID().uuidString.lowercased()] {
                let answer = try await rig.call(.delete, "/api/v1/auth/sessions/\(id)", token: mine.accessToken)
                #expect(answer.status == 404 && answer.code == "session_not_found")
            }
            #expect(try await me(rig, theirs).status == 200)
        }
    }

    @Test("the twenty-first session ends the one used longest ago")
    func twentyFirst() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("many")
            var sessions: [RigSession] = []
            for _ in 0..<20 {
                sessions.append(try await rig.signIn(wallet))
                rig.clock.advance(milliseconds: 1000)
            }
            // The first one is used again, so the second is the oldest.
            let kept = try RigSession(try await refresh(rig, sessions[0].refreshToken))
            rig.clock.advance(milliseconds: 1000)
            _ = try await rig.signIn(wallet)
            #expect(try await refresh(rig, sessions[1].refreshToken).code == "session_revoked")
            #expect(try await me(rig, sessions[1]).code == "session_revoked")
            #expect(try await refresh(rig, kept.refreshToken).status == 200)
            #expect(try await refresh(rig, sessions[2].refreshToken).status == 200)
        }
    }

    @Test(
        "the routes of sessions need a bearer token",
        arguments: [
            ("POST", "/api/v1/auth/logout-all"), ("GET", "/api/v1/auth/me"), ("GET", "/api/v1/auth/sessions"),
            ("DELETE", "/api/v1/auth/sessions/00000000-0000-4000-8000-000000000000"),
        ]
    )
    func anonymous(method: String, path: String) async throws {
        try await AccountsRig.run { rig in
            let method = try #require(HTTPRequest.Method(rawValue: method))
            let answer = try await rig.call(method, path)
            #expect(answer.status == 401 && answer.headers[.wwwAuthenticate] == "Bearer")
            #expect(try await rig.call(method, path, token: "e30.e30.e30").code == "unauthorized")
        }
    }
}
