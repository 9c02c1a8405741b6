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

@Suite("Core")
struct CoreTests {
    @Test("a session opened in a transaction is one live row, and its answer holds a token for the user")
    func openedSession() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("core")
            let now = rig.clock.now
            let services = rig.services
            let (session, user) = try await rig.runtime.database.transaction { transaction in
                let rows = try await transaction.query(
                    "insert into users (btc_address, created_at, updated_at) values (\(wallet.address), \(now), \(now)) returning id"
                )
                let user = try #require(try rows.value(UserID.self))
                try await transaction.execute(AccountNotice.welcome(to: user).insert(at: now))
                return (
                    try await services.sessions.open(for: user, method: .wallet, origin: .none, now: now, in: transaction), user
                )
            }
            let account = try #require(try await services.profiles.account(user))
            let answer = try await services.tokens.answer(session, account: account, at: now)
            let claims = try await services.verifier.verify(answer.accessToken, at: now)
            #expect(claims.sub == user.description && claims.sid == session.id.description)
            #expect(try await rig.number("select count(*) from refresh_tokens where token_hash = \(session.refreshToken.hash)") == 1)
            #expect(try await rig.number("select count(*) from notifications") == 1)
        }
    }

    @Test("the published keys are served through the real pipeline")
    func keys() async throws {
        try await AccountsRig.run { rig in
            let answer = try await rig.call(.get, "/.well-known/jwks.json")
            #expect(answer.status == 200)
            #expect(answer["keys"]?.arrayValue?.first?.objectValue?["kid"]?.stringValue == (try TestKeys.a.keyID))
            #expect(answer.headers[.cacheControl] == "public, max-age=300")
            let tag = try #require(answer.headers[.eTag])
            let again = try await rig.call(.get, "/.well-known/jwks.json", headers: [.ifNoneMatch: tag])
            #expect(again.status == 304 && again.text.isEmpty)
        }
    }
}
