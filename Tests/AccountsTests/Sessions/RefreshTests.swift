import FeatureRig
import API
import Bitcoin
import Foundation
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Accounts

@Suite("Refresh")
struct RefreshTests {
    private func refresh(_ rig: AccountsRig, _ token: String) async throws -> RigAnswer {
        try await rig.call(.post, "/api/v1/auth/refresh", ["refresh_token": .string(token)])
    }

    @Test("successors are those of the published chain")
    func vectors() throws {
        struct File: Decodable {
            struct Link: Decodable {
                let row_id: String
                let secret_hex: String
                let token: String
                let token_hash: String
            }

            let session_key_hex: String
            let chain: [Link]
        }
        let file = try TestVectors.load("tokens", as: File.self)
        let key = SessionKey(bytes: try #require(Hex.decode(file.session_key_hex)))
        var token = RefreshToken(secret: try #require(Hex.decode(file.chain[0].secret_hex)))
        for (index, link) in file.chain.enumerated() {
            #expect(token.text == link.token && token.hash == link.token_hash)
            #expect(RefreshToken(link.token) == token)
            guard index + 1 < file.chain.count else { break }
            token = token.successor(of: try #require(UUID(uuidString: link.row_id)), key: key)
        }
    }

    @Test("a refresh gives the next token; the same token within 30 seconds gives the same one, and writes nothing")
    func replay() async throws {
        try await AccountsRig.run { rig in
            let session = try await rig.signIn(try Wallet("replay"))
            let first = try RigSession(try await refresh(rig, session.refreshToken))
            #expect(first.refreshToken != session.refreshToken)
            rig.clock.advance(milliseconds: 30_000)
            let second = try RigSession(try await refresh(rig, session.refreshToken))
            #expect(second.refreshToken == first.refreshToken && second.accessToken != first.accessToken)
            #expect(try await rig.number("select count(*) from refresh_tokens") == 2)
            #expect(try await rig.number("select count(*) from audit_log where action = 'auth.token_refresh'") == 1)
        }
    }

    @Test("used again after 30 seconds it ends its session, tells the user, and leaves other sessions alone")
    func reuse() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("reuse")
            let session = try await rig.signIn(wallet)
            let other = try await rig.signIn(wallet)
            let newest = try RigSession(try await refresh(rig, session.refreshToken))
            rig.clock.advance(milliseconds: 30_001)
            let reused = try await refresh(rig, session.refreshToken)
            #expect(reused.status == 401 && reused.code == "refresh_token_reused")
            #expect(try await refresh(rig, newest.refreshToken).code == "session_revoked")
            #expect(try await refresh(rig, session.refreshToken).code == "session_revoked")
            #expect(try await rig.call(.get, "/api/v1/auth/me", token: newest.accessToken).code == "session_revoked")
            #expect(try await refresh(rig, other.refreshToken).status == 200)
            #expect(try await rig.number("select count(*) from notifications where subtype = 'security'") == 1)
            #expect(try await rig.number("select count(*) from audit_log where action = 'auth.refresh_reuse_detected'") == 1)
        }
    }

    @Test("the grandparent within 30 seconds gives the newest token")
    func grandparent() async throws {
        try await AccountsRig.run { rig in
            let session = try await rig.signIn(try Wallet("grandparent"))
            let child = try RigSession(try await refresh(rig, session.refreshToken))
            rig.clock.advance(milliseconds: 10_000)
            let grandchild = try RigSession(try await refresh(rig, child.refreshToken))
            rig.clock.advance(milliseconds: 15_000)
            #expect(try RigSession(try await refresh(rig, session.refreshToken)).refreshToken == grandchild.refreshToken)
        }
    }

    @Test("parallel refreshes of one token agree on its successor")
    func parallel() async throws {
        try await AccountsRig.run { rig in
            let session = try await rig.signIn(try Wallet("parallel"))
            let tokens = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 { group.addTask { try RigSession(try await refresh(rig, session.refreshToken)).refreshToken } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(tokens.count == 1)
            #expect(try await rig.number("select count(*) from refresh_tokens") == 2)
        }
    }

    @Test("texts that are no token of ours are all refused alike")
    func malformed() async throws {
        try await AccountsRig.run { rig in
            let unknown = RefreshToken(random: .seeded(3)).text
            for text in ["x", "tbg_rt_", unknown, unknown + "A", unknown.replacingOccurrences(of: "tbg_rt_", with: "TBG_RT_"), "eyJ.a.b"] {
                let answer = try await refresh(rig, text)
                #expect(answer.status == 401 && answer.code == "refresh_token_invalid", "\(text)")
            }
            #expect(try await rig.call(.post, "/api/v1/auth/refresh", [:]).status == 422)
        }
    }

    @Test("a token lives seven days, its session thirty, whichever ends first")
    func lifetimes() async throws {
        try await AccountsRig.run { rig in
            let session = try await rig.signIn(try Wallet("lifetimes"))
            let day: Int64 = 86_400_000
            rig.clock.advance(milliseconds: 7 * day)
            #expect(try await refresh(rig, session.refreshToken).code == "refresh_token_expired")

            var token = try await rig.signIn(try Wallet("lifetimes")).refreshToken
            for _ in 0..<4 {
                rig.clock.advance(milliseconds: 7 * day - 1000)
                token = try RigSession(try await refresh(rig, token)).refreshToken
            }
            rig.clock.advance(milliseconds: 2 * day + 3000)
            token = try RigSession(try await refresh(rig, token)).refreshToken
            let life = try await rig.number(
                "select extract(epoch from expires_at - issued_at)::bigint from refresh_tokens where rotated_at is null and expires_at > \(rig.clock.now)"
            )
            #expect(life == 1)
            rig.clock.advance(milliseconds: 1000)
            #expect(try await refresh(rig, token).code == "refresh_token_expired")
        }
    }

    @Test("another session key between rotation and replay refuses the replay and ends nothing")
    func otherKey() async throws {
        try await withAccounts { database, redis in
            let session = Handed<RigSession>()
            let newest = Handed<RigSession>()
            try await AccountsRig.run(databaseURL: database, redisURL: redis) { rig in
                let first = try await rig.signIn(try Wallet("rekeyed"))
                session.value = first
                newest.value = try RigSession(try await refresh(rig, first.refreshToken))
            }
            let key = String(repeating: "ab", count: 32)
            try await AccountsRig.run(databaseURL: database, redisURL: redis, ["SESSION_KEY": key], random: .seeded(2)) { rig in
                let replay = try await refresh(rig, try #require(session.value).refreshToken)
                #expect(replay.status == 401 && replay.code == "refresh_token_invalid")
                #expect(try await rig.number("select count(*) from refresh_tokens where revoked_at is not null") == 0)
                #expect(try await refresh(rig, try #require(newest.value).refreshToken).status == 200)
            }
        }
    }

    @Test("a session may refresh ten times a minute, whatever tokens it presents")
    func limit() async throws {
        try await AccountsRig.run(["RATE_LIMIT_SCALE": "1"]) { rig in
            let wallet = try Wallet("limit")
            var token = try await rig.signIn(wallet).refreshToken
            for _ in 0..<10 { token = try RigSession(try await refresh(rig, token)).refreshToken }
            let refused = try await refresh(rig, token)
            #expect(refused.status == 429 && refused.code == "rate_limited" && refused.headers[.retryAfter] != nil)
            let other = try await rig.signIn(wallet)
            #expect(try await refresh(rig, other.refreshToken).status == 200)
        }
    }

    @Test("a refresh at the same time as a logout everywhere comes before or after it, never between")
    func racingLogout() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("racing")
            for _ in 0..<10 {
                let session = try await rig.signIn(wallet)
                async let refreshed = refresh(rig, session.refreshToken)
                async let ended = rig.call(.post, "/api/v1/auth/logout-all", token: session.accessToken)
                let (answer, logout) = try await (refreshed, ended)
                #expect(logout.status == 200)
                guard answer.status == 200 else {
                    #expect(answer.code == "session_revoked")
                    continue
                }
                let token = try RigSession(answer)
                #expect(try await rig.call(.get, "/api/v1/auth/me", token: token.accessToken).code == "session_revoked")
                #expect(try await refresh(rig, token.refreshToken).code == "session_revoked")
            }
        }
    }
}
