package import API
package import GameRules
import Platform

/// What every successful sign-in and refresh answers (spec 02 §5.7).
package struct TokenAnswer: ResponseObject {
    package let accessToken: String
    let refreshToken: String
    let expiresIn: Int
    let user: UserProfile

    package static let fields = JSONFields<TokenAnswer>()
        .field("access_token", \.accessToken, "RS256 JWT")
        .field("refresh_token", \.refreshToken, "Opaque; replaced at every refresh")
        .field("token_type", { _ in "bearer" })
        .field("expires_in", \.expiresIn, "Seconds")
        .field("user", \.user)
}

extension TokenIssuer {
    /// The answer for a session that was opened or continued.
    /// - Parameter account: read in the transaction of the session, so that the token has the version of its issue.
    package func answer(_ session: OpenedSession, account: AccountRecord, at now: Instant) async throws -> TokenAnswer {
        let token = try await issue(
            user: session.user,
            address: account.profile.address,
            session: session.id,
            sessionVersion: account.sessionVersion,
            method: session.method,
            at: now
        )
        return TokenAnswer(
            accessToken: token,
            refreshToken: session.refreshToken.text,
            expiresIn: settings.accessTTLSeconds,
            user: account.profile
        )
    }
}
