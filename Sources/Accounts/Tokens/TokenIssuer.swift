package import GameRules
import JWTKit
package import Platform

/// Makes access tokens (spec 02 §7.1).
package struct TokenIssuer: Sendable {
    private let ring: KeyRing
    private let settings: TokenSettings
    private let random: RandomSource

    package init(ring: KeyRing, settings: TokenSettings, random: RandomSource) {
        self.ring = ring
        self.settings = settings
        self.random = random
    }

    /// - Parameters:
    ///   - session: the session (family) the token belongs to.
    ///   - lifetimeSeconds: the configured life, unless a development token wants a longer one.
    package func issue(
        user: UserID,
        address: String,
        session: String,
        sessionVersion: Int,
        authMethod: String,
        at now: Instant,
        lifetimeSeconds: Int? = nil
    ) async throws -> String {
        let issued = now.secondsSinceUnixEpoch
        let claims = AccessClaims(
            iss: settings.issuer,
            aud: settings.audience,
            sub: user.description,
            sid: session,
            sv: sessionVersion,
            authMethod: authMethod,
            address: address,
            type: "access",
            jti: random.uuidText(),
            iat: issued,
            exp: issued + Int64(lifetimeSeconds ?? settings.accessTTLSeconds)
        )
        return try await ring.collection.sign(claims, kid: JWKIdentifier(string: ring.signingKeyID))
    }
}
