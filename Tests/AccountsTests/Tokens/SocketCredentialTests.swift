import FeatureRig
import API
import Bitcoin
import GameRules
import HTTPTypes
import Platform
import Redis
import Testing

@testable import Accounts

/// What opens a socket (spec 12 §7.1): the token of sign-in time, long after it expired, as long as its session lives.
@Suite("Socket credentials")
struct SocketCredentialTests {
    private func open(_ rig: AccountsRig, _ token: String) async throws -> Principal {
        let authenticator = rig.services.authenticator
        let request = HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/ws?token=\(token)")
        let now = rig.clock.now
        let identity = await authenticator.identify(request, rule: .socketToken, at: now)
        var isObjected = false
        if let key = authenticator.objection(to: identity) {
            isObjected = try await rig.runtime.redis.send(RedisCommand("EXISTS", key)).int == 1
        }
        return try await authenticator.authenticate(
            identity,
            isObjected: isObjected,
            rule: .socketToken,
            client: ClientAddress(peer: nil, forwardedFor: [], trusted: []),
            at: now
        )
    }

    private func code(_ rig: AccountsRig, _ token: String) async -> String? {
        do {
            _ = try await open(rig, token)
            return nil
        } catch {
            return (error as? APIError)?.code ?? "\(error)"
        }
    }

    @Test("an expired token of a living session opens a socket for twelve hours, and nothing else")
    func grace() async throws {
        try await AccountsRig.run { rig in
            let session = try await rig.signIn(try Wallet("socket"))
            rig.clock.advance(milliseconds: (3600 + 43_200) * 1000)
            #expect(try await open(rig, session.accessToken).user == session.user)
            #expect(try await rig.call(.get, "/api/v1/auth/me", token: session.accessToken).code == "token_expired")
            rig.clock.advance(milliseconds: 1000)
            #expect(await code(rig, session.accessToken) == "token_expired")
        }
    }

    @Test("a session that has ended opens no socket, with a fresh token or an expired one")
    func endedSession() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("ended")
            let session = try await rig.signIn(wallet)
            let other = try await rig.signIn(wallet)
            _ = try await rig.call(.post, "/api/v1/auth/logout", ["refresh_token": .string(session.refreshToken)])
            #expect(await code(rig, session.accessToken) == "session_revoked")
            rig.clock.advance(milliseconds: 7_200_000)
            #expect(await code(rig, session.accessToken) == "session_revoked")
            #expect(await code(rig, other.accessToken) == nil)
            #expect(try await rig.services.administration.ban(other.user, at: rig.clock.now))
            #expect(await code(rig, other.accessToken) == "account_banned")
        }
    }

    @Test("the sessions of open sockets are judged by the database")
    func standing() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("standing")
            var ids: [SessionID] = []
            var sessions: [RigSession] = []
            for _ in 0..<3 {
                let session = try await rig.signIn(wallet)
                sessions.append(session)
                ids.append(try #require(SessionID(try await rig.services.verifier.verify(session.accessToken, at: rig.clock.now).sid)))
            }
            _ = try await rig.call(.post, "/api/v1/auth/logout", ["refresh_token": .string(sessions[0].refreshToken)])
            _ = try await rig.call(.post, "/api/v1/auth/refresh", ["refresh_token": .string(sessions[1].refreshToken)])
            let standing = rig.services.standing
            #expect(try await standing.living(among: ids, at: rig.clock.now) == [ids[1], ids[2]])
            #expect(try await rig.services.administration.ban(sessions[0].user, at: rig.clock.now))
            #expect(try await standing.living(among: ids, at: rig.clock.now).isEmpty)
        }
    }
}
