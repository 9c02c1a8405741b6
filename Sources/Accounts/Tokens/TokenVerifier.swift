import API
package import GameRules
import JWTKit
package import Platform
import Synchronization

/// Judges access tokens (spec 02 §7.4). Signatures that were good once are remembered for the life of their token, so that a polling
/// client costs one signature check an hour; the claims' instants are judged every time.
package final class TokenVerifier: Sendable {
    /// Why a token is refused.
    package enum Refusal: Error, Sendable, Equatable {
        /// Malformed, foreign, or signed by an unknown key.
        case invalid
        /// Good in everything but its age; carries how long ago it expired.
        case expired(AccessClaims, secondsAgo: Int64)
    }

    private struct Known {
        let keyID: String
        let claims: AccessClaims
    }

    /// Longest token looked at, characters.
    private static let maximumLength = 4096
    private static let rememberedTokens = 20_000

    private let keys: CurrentKeyRing
    private let settings: TokenSettings
    private let remembered = Mutex<[String: Known]>([:])

    package init(keys: CurrentKeyRing, settings: TokenSettings) {
        self.keys = keys
        self.settings = settings
    }

    package func verify(_ token: String, at now: Instant) async throws(Refusal) -> AccessClaims {
        let ring = keys.ring
        if let known = remembered.withLock({ $0[token] }), ring.knows(known.keyID) { return try judge(known.claims, at: now) }
        guard token.utf8.count <= Self.maximumLength, let keyID = keyID(of: token), ring.knows(keyID) else { throw .invalid }
        let claims: AccessClaims
        do {
            claims = try await ring.collection.verify(token, as: AccessClaims.self)
        } catch {
            throw .invalid
        }
        let judged = try judge(claims, at: now)
        remembered.withLock { tokens in
            if tokens.count >= Self.rememberedTokens { tokens.removeAll() }
            tokens[token] = Known(keyID: keyID, claims: judged)
        }
        return judged
    }

    /// The key a token names; nil unless the header says exactly RS256 and has no critical extension. Everything else in it is ignored.
    private func keyID(of token: String) -> String? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        // The library would take padding, the other alphabet and stray bits as well.
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty && Base64URL.isSpelled($0) }), let bytes = Base64URL.decode(parts[0]),
            let header = try? JSONParser(maximumDepth: 8).parse(bytes), header["alg"]?.stringValue == "RS256", header["crit"] == nil,
            let keyID = header["kid"]?.stringValue
        else { return nil }
        return keyID
    }

    private func judge(_ claims: AccessClaims, at now: Instant) throws(Refusal) -> AccessClaims {
        let second = now.secondsSinceUnixEpoch
        let leeway = Int64(settings.leewaySeconds)
        guard claims.iss == settings.issuer, claims.aud == settings.audience, claims.type == "access", UserID(claims.sub) != nil,
            SessionID(claims.sid) != nil, claims.sv >= 0,
            claims.iat <= second + leeway, claims.nbf.map({ $0 <= second + leeway }) ?? true
        else { throw .invalid }
        guard second < claims.exp + leeway else { throw .expired(claims, secondsAgo: second - claims.exp) }
        return claims
    }
}
