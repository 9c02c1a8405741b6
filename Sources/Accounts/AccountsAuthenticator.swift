package import API
package import GameRules
package import HTTPTypes
package import Platform

/// Access tokens and API keys as the pipeline sees them (spec 02 §7.4).
package struct AccountsAuthenticator: Authenticator {
    private let verifier: TokenVerifier
    private let accounts: PrincipalCache
    private let standing: SessionStanding
    private let lastSeen: LastSeen
    private let keys: APIKeyAuthenticator
    private let socketGraceSeconds: Int64

    /// - Parameter socketGraceSeconds: how long after its expiry a token of a living session still opens a socket.
    package init(
        verifier: TokenVerifier,
        accounts: PrincipalCache,
        standing: SessionStanding,
        lastSeen: LastSeen,
        keys: APIKeyAuthenticator,
        socketGraceSeconds: Int
    ) {
        self.verifier = verifier
        self.accounts = accounts
        self.standing = standing
        self.lastSeen = lastSeen
        self.keys = keys
        self.socketGraceSeconds = Int64(socketGraceSeconds)
    }

    /// A well-signed token, and whether it has expired: sockets are opened with the token of sign-in time (spec 12 §7.1).
    private struct Proof: Sendable {
        let claims: AccessClaims
        let isExpired: Bool
    }

    package func identify(_ request: HTTPRequest, rule: AuthRule, at now: Instant) async -> Identity {
        if let identity = keys.identify(request, rule: rule) { return identity }
        guard let token = Self.token(request, rule: rule) else {
            return request.headerFields[.authorization] == nil ? .anonymous : .refused(.unauthorized(hadToken: true))
        }
        do throws(TokenVerifier.Refusal) {
            return Self.claimed(try await verifier.verify(token, at: now), isExpired: false)
        } catch {
            guard case .expired(let claims, let secondsAgo) = error else { return .refused(.unauthorized(hadToken: true)) }
            if rule == .socketToken, secondsAgo <= socketGraceSeconds { return Self.claimed(claims, isExpired: true) }
            return .refused(.tokenExpired)
        }
    }

    private static func claimed(_ claims: AccessClaims, isExpired: Bool) -> Identity {
        guard let user = UserID(claims.sub) else { return .refused(.unauthorized(hadToken: true)) }
        return .claimed(user: user, bucket: "u:\(user)", isKey: false, proof: Proof(claims: claims, isExpired: isExpired))
    }

    /// That the token's session has been ended.
    package func objection(to identity: Identity) -> String? {
        guard case .claimed(_, _, _, let proof as Proof) = identity, let session = SessionID(proof.claims.sid) else { return nil }
        return SessionRevocations.key(session)
    }

    package func remembered(_ identity: Identity, at now: Instant) -> RememberedCaller? {
        guard case .claimed(let user?, _, _, _) = identity, let account = accounts.remembered(user, at: now) else { return nil }
        return RememberedCaller(user: user, address: account.address)
    }

    package func authenticate(
        _ identity: Identity,
        isObjected: Bool,
        rule: AuthRule,
        client: ClientAddress,
        at now: Instant
    ) async throws -> Principal {
        switch identity {
        case .anonymous:
            throw APIError.unauthorized()
        case .refused(let error):
            throw error
        case .claimed(_, _, _, let key as APIKey):
            let principal = try await keys.authenticate(key, rule: rule, client: client, at: now)
            lastSeen.note(principal.user, at: now)
            return principal
        case .claimed(let user, _, _, let proof):
            guard let user, let proof = proof as? Proof else { throw APIError.unauthorized(hadToken: true) }
            return try await principal(user, proof, isRevoked: isObjected, rule, at: now)
        }
    }

    /// - Parameter isRevoked: false while Redis cannot say (spec 02 §7.4).
    private func principal(
        _ user: UserID,
        _ proof: Proof,
        isRevoked: Bool,
        _ rule: AuthRule,
        at now: Instant
    ) async throws -> Principal {
        let claims = proof.claims
        guard let session = SessionID(claims.sid), let account = try await accounts.account(user) else { throw APIError.sessionRevoked }
        guard !account.isBanned else { throw APIError.accountBanned }
        guard !isRevoked else { throw APIError.sessionRevoked }
        if rule == .socketToken, proof.isExpired || account.sessionVersion != claims.sv {
            // The dashboard never learns of newer tokens for its socket; the session itself decides.
            guard try await standing.isAlive(session, of: user, at: now) else { throw APIError.sessionRevoked }
        } else {
            guard account.sessionVersion == claims.sv else { throw APIError.sessionRevoked }
        }
        if rule == .admin {
            guard try await accounts.isAdmin(user) else {
                throw APIError.forbidden("admin_required", "Only administrators can do this.")
            }
        }
        lastSeen.note(user, at: now)
        return Principal(
            user: user,
            address: account.address,
            isVerified: account.isVerified,
            credential: .accessToken(session: claims.sid),
            authMethod: claims.authMethod,
            tokenExpiresAt: Instant(microsecondsSinceUnixEpoch: claims.exp * 1_000_000)
        )
    }

    /// After `Bearer `, any case, one space; for sockets the query's `token` first.
    static func token(_ request: HTTPRequest, rule: AuthRule) -> String? {
        if rule == .socketToken, let token = queryToken(request.path) { return token }
        guard let header = request.headerFields[.authorization], header.utf8.count > 7, header.prefix(7).lowercased() == "bearer " else {
            return nil
        }
        return String(header.dropFirst(7))
    }

    /// A JWT stands in the query unescaped.
    private static func queryToken(_ path: String?) -> String? {
        guard let query = path?.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
        return query.split(separator: "&").last { $0.hasPrefix("token=") }.map { String($0.dropFirst(6)) }
    }
}

extension Principal {
    /// The session of the access token; nil for API keys.
    package var session: SessionID? {
        if case .accessToken(let session?) = credential { SessionID(session) } else { nil }
    }
}

extension APIError {
    /// 401: everything about the token is good but its age.
    static let tokenExpired = APIError.unauthorized("token_expired", "Your session has expired. Please sign in again.", hadToken: true)
}
