import FeatureRig
import API
import Foundation
import GameRules
import HTTPTypes
import JWTKit
import Platform
import Testing

@testable import Accounts

@Suite("Access tokens")
struct TokenVectorTests {
    struct File: Decodable { let tokens: [Row] }

    struct Row: Decodable, Sendable {
        let description: String
        let token: String
        let now: Int64
        let valid: Bool
        let reason: String?
    }

    @Test("every published token is judged as it should be, at first sight and when seen before")
    func everyToken() async throws {
        let ring = try await KeyRing(signing: try TestKeys.a.privatePEM, verifying: [("b", try TestKeys.b.publicPEM)])
        let settings = try Settings(EnvironmentSource(["TBG_ENVIRONMENT": "test"])).tokens
        let verifier = TokenVerifier(keys: CurrentKeyRing(ring), settings: settings)
        for row in try TestVectors.load("jwt", as: File.self).tokens {
            for _ in 0..<2 {
                let now = Instant(microsecondsSinceUnixEpoch: row.now * 1_000_000)
                do throws(TokenVerifier.Refusal) {
                    _ = try await verifier.verify(row.token, at: now)
                    #expect(row.valid, "\(row.description)")
                } catch {
                    #expect(!row.valid, "\(row.description)")
                    if case .expired = error {
                        #expect(row.reason == "expired")
                    } else {
                        #expect(row.reason != "expired", "\(row.description)")
                    }
                }
            }
        }
    }

    @Test("a token has one spelling: bits that belong to no byte of its signature are refused")
    func strayBits() async throws {
        let ring = try await KeyRing(signing: try TestKeys.a.privatePEM)
        let settings = try Settings(EnvironmentSource(["TBG_ENVIRONMENT": "test"])).tokens
        let verifier = TokenVerifier(keys: CurrentKeyRing(ring), settings: settings)
        let row = try #require(try TestVectors.load("jwt", as: File.self).tokens.first { $0.valid })
        let now = Instant(secondsSinceUnixEpoch: row.now)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(row.token.last.flatMap { alphabet.firstIndex(of: $0) })
        for stray in 1..<16 {
            let token = row.token.dropLast() + String(alphabet[last + stray])
            await #expect(throws: TokenVerifier.Refusal.invalid, "\(stray)") { try await verifier.verify(String(token), at: now) }
        }
        _ = try await verifier.verify(row.token, at: now)
    }

    @Test("a token has exactly three header members, lives an hour, and names the published key")
    func shape() async throws {
        try await AccountsRig.run { rig in
            let session = try await rig.signIn(try Wallet("shape"))
            let parts = session.accessToken.split(separator: ".")
            let header = try JSONParser(maximumDepth: 4).parse(try #require(Base64URL.decode(parts[0])))
            #expect(header.objectValue?.map(\.name).sorted() == ["alg", "kid", "typ"])
            #expect(header["typ"]?.stringValue == "JWT" && header["alg"]?.stringValue == "RS256")
            let claims = try JSONParser(maximumDepth: 4).parse(try #require(Base64URL.decode(parts[1])))
            #expect(
                claims.objectValue?.map(\.name).sorted() == [
                    "address", "aud", "auth_method", "exp", "iat", "iss", "jti", "sid", "sub", "sv", "type",
                ]
            )
            #expect((claims["exp"]?.int64Value ?? 0) - (claims["iat"]?.int64Value ?? 0) == 3600)
            let published = try await rig.call(.get, "/.well-known/jwks.json")["keys"]?.arrayValue ?? []
            #expect(published.first?.objectValue?["kid"] == header["kid"])
            let ring = try await JWTKeyCollection().add(jwksJSON: rig.call(.get, "/.well-known/jwks.json").text)
            #expect(try await ring.verify(session.accessToken, as: AccessClaims.self).sub == session.user.description)
            #expect(published.allSatisfy { Set($0.objectValue?.map(\.name) ?? []) == ["kty", "use", "alg", "kid", "n", "e"] })
        }
    }

    @Test("a clock 30 seconds ahead is tolerated, 31 are not")
    func clocks() async throws {
        try await AccountsRig.run { rig in
            let session = try await rig.signIn(try Wallet("clock"))
            rig.clock.advance(milliseconds: -30_000)
            #expect(try await rig.call(.get, "/api/v1/auth/me", token: session.accessToken).status == 200)
            rig.clock.advance(milliseconds: -1000)
            #expect(try await rig.call(.get, "/api/v1/auth/me", token: session.accessToken).code == "unauthorized")
            rig.clock.advance(milliseconds: 31_000 + 3_629_000)
            #expect(try await rig.call(.get, "/api/v1/auth/me", token: session.accessToken).status == 200)
            rig.clock.advance(milliseconds: 1000)
            #expect(try await rig.call(.get, "/api/v1/auth/me", token: session.accessToken).code == "token_expired")
        }
    }

    @Test("the scheme is read in any case, with exactly one space")
    func scheme() async throws {
        try await AccountsRig.run { rig in
            let token = try await rig.signIn(try Wallet("scheme")).accessToken
            for (value, status) in [("bearer \(token)", 200), ("BEARER \(token)", 200), ("Bearer  \(token)", 401), ("Basic \(token)", 401)]
            {
                #expect(
                    try await rig.call(.get, "/api/v1/auth/me", headers: [.authorization: value]).status == status,
                    "\(value.prefix(8))"
                )
            }
        }
    }
}
