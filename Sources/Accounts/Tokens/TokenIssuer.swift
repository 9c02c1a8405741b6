package import GameRules
import JWTKit
package import Platform

/// Makes access tokens (spec 02 §7.1).
package struct TokenIssuer: Sendable {
    private let keys: CurrentKeyRing
    let settings: TokenSettings
    private let random: RandomSource
    private let executor = SigningExecutor()

    package init(keys: CurrentKeyRing, settings: TokenSettings, random: RandomSource) {
        self.keys = keys
        self.settings = settings
        self.random = random
    }

    package func issue(
        user: UserID,
        address: String,
        session: SessionID,
        sessionVersion: Int,
        method: SignInMethod,
        at now: Instant
    ) async throws -> String {
        let issued = now.secondsSinceUnixEpoch
        let claims = AccessClaims(
            iss: settings.issuer,
            aud: settings.audience,
            sub: user.description,
            sid: session.description,
            sv: sessionVersion,
            authMethod: method.rawValue,
            address: address,
            type: "access",
            jti: random.uuidText(),
            iat: issued,
            exp: issued + Int64(settings.accessTTLSeconds)
        )
        let ring = keys.ring
        return try await withTaskExecutorPreference(executor) {
            try await ring.collection.sign(claims, kid: JWKIdentifier(string: ring.signingKeyID))
        }
    }
}
