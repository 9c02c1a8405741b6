package import GameRules
package import Platform

/// How a session began (spec 02 §1).
package enum SignInMethod: String, Sendable, CaseIterable {
    case wallet, email
}

/// Why a session ended; `refresh_tokens.revoke_reason`.
package enum RevokeReason: String, Sendable, CaseIterable {
    case logout
    case logoutAll = "logout_all"
    case reuse, password, takeover, ban, limit, user
}

/// A session that was just opened or continued: what a ``TokenAnswer`` is made from.
package struct OpenedSession: Sendable {
    package let id: SessionID
    package let user: UserID
    package let method: SignInMethod
    /// For the client; stored nowhere in clear.
    package let refreshToken: RefreshToken
    /// Sessions that had to make room; announce them after the commit.
    package let ended: EndedSessions
}

/// Sessions a transaction revoked. After its commit hand them to ``SessionService/announce(_:)``.
package struct EndedSessions: Sendable, Equatable {
    package let user: UserID
    package let ids: [SessionID]
    /// How many of them were alive.
    package let aliveCount: Int
}

/// How long sessions and their tokens live (spec 02 §7.5).
package struct SessionLifetimes: Sendable {
    /// Live sessions one user may have.
    static let maximumSessions = 20

    let tokenSeconds: Int64
    let sessionSeconds: Int64
    let reuseGraceMilliseconds: Int64
    let accessTokenSeconds: Int

    package init(_ settings: TokenSettings) {
        tokenSeconds = Int64(settings.refreshTTLDays) * 86_400
        sessionSeconds = Int64(settings.sessionMaxDays) * 86_400
        reuseGraceMilliseconds = Int64(settings.refreshReuseGraceSeconds) * 1000
        accessTokenSeconds = settings.accessTTLSeconds
    }
}
