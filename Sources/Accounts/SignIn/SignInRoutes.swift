import API
import GameRules
import HTTPTypes
import Platform

/// Signing in by signature, tokens and sessions (spec 02 §5, §6).
enum SignInRoutes {
    private static let base = "/api/v1/auth"

    static let challenge = Endpoint<ChallengeInput, ChallengeAnswer>(
        .post,
        base + "/challenge",
        id: "challenge",
        tag: "Sign-in",
        summary: "A message for a Bitcoin wallet to sign",
        auth: .none,
        rate: .credentials,
        errors: DocumentedError.addresses + [.unavailable("busy")]
    )

    static let verify = Endpoint<VerifyInput, SignInAnswer>(
        .post,
        base + "/verify",
        id: "verify",
        tag: "Sign-in",
        summary: "Sign in with the signature of a challenge",
        details: "Whoever proves an address owns it. The first sign-in of an address makes its account.",
        auth: .none,
        rate: .credentials,
        errors: DocumentedError.addresses + [
            .badRequest("challenge_invalid"), .unauthorized("signature_invalid"), .forbidden("account_banned"),
            .conflict("address_claimed_by_email"), .unavailable("busy"),
        ]
    )

    static let refresh = Endpoint<RefreshInput, TokenAnswer>(
        .post,
        base + "/refresh",
        id: "refresh",
        tag: "Sign-in",
        summary: "Exchange a refresh token for the next tokens",
        details: "The token is replaced. For 30 s it answers the same successor again; used later, it ends its session.",
        auth: .none,
        rate: .refresh,
        errors: [
            .unauthorized("refresh_token_invalid"), .unauthorized("refresh_token_expired"), .unauthorized("session_revoked"),
            .unauthorized("refresh_token_reused"), .forbidden("account_banned"),
        ]
    )

    static let logout = Endpoint<RefreshInput, StatusAnswer>(
        .post,
        base + "/logout",
        id: "logout",
        tag: "Sign-in",
        summary: "End the session of a refresh token",
        auth: .none,
        rate: .refresh
    )

    static let logoutAll = Endpoint<NoInput, LogoutAllAnswer>(
        .post,
        base + "/logout-all",
        id: "logoutAll",
        tag: "Sign-in",
        summary: "End every session of the caller",
        auth: .bearer,
        rate: .strict
    )

    static let me = Endpoint<NoInput, MeAnswer>(
        .get,
        base + "/me",
        id: "authMe",
        tag: "Sign-in",
        summary: "Who the caller is, and by which session",
        auth: .bearerOrKey(scope: "read"),
        rate: .standard
    )

    static let sessions = Endpoint<NoInput, SessionList>(
        .get,
        base + "/sessions",
        id: "listSessions",
        tag: "Sign-in",
        summary: "The caller's live sessions",
        auth: .bearer,
        rate: .standard
    )

    static let endSession = Endpoint<SessionInput, StatusAnswer>(
        .delete,
        base + "/sessions/{id}",
        id: "endSession",
        tag: "Sign-in",
        summary: "End one session",
        auth: .bearer,
        rate: .strict,
        errors: [.notFound("session_not_found")]
    )

    static func add(to table: inout RouteTable<AppContext>, services: AccountsServices) {
        let signIn = SignInService(services: services)
        let refreshing = RefreshService(services: services)
        let listing = SessionListing(services: services)
        let events = services.events

        table.add(challenge) { input, context in try await signIn.challenge(input, at: context.now) }
        table.add(verify) { input, context in
            try await events.counting(.wallet) { try await signIn.verify(input, origin: context.origin, at: context.now) }
        }
        table.add(refresh) { input, context in
            try await events.counting(.refresh) { try await refreshing.refresh(input.token, origin: context.origin, at: context.now) }
        }
        table.add(logout) { input, context in
            try await refreshing.logout(input.token, origin: context.origin, at: context.now)
            return StatusAnswer("logged_out")
        }
        table.add(logoutAll) { _, context in
            let caller = try context.requirePrincipal()
            return LogoutAllAnswer(revokedCount: try await listing.endAll(by: caller, origin: context.origin, at: context.now))
        }
        table.add(me) { _, context in
            let caller = try context.requirePrincipal()
            guard let profile = try await services.profiles.profile(of: caller.user) else { throw APIError.sessionRevoked }
            return MeAnswer(user: profile, principal: caller)
        }
        table.add(sessions) { _, context in
            try await listing.list(for: try context.requirePrincipal(), at: context.now)
        }
        table.add(endSession) { input, context in
            let caller = try context.requirePrincipal()
            try await listing.end(input.session, by: caller, origin: context.origin, at: context.now)
            return StatusAnswer("session_revoked")
        }
    }
}
