package import API
package import GameRules
package import HTTPTypes
package import Platform

/// Access tokens and API keys as the pipeline sees them (spec 02 §7.4).
package struct AccountsAuthenticator: Authenticator {
    private let verifier: TokenVerifier
    private let accounts: PrincipalCache

    package init(verifier: TokenVerifier, accounts: PrincipalCache) {
        self.verifier = verifier
        self.accounts = accounts
    }

    package func identify(_ request: HTTPRequest, rule: AuthRule, at now: Instant) async -> Identity {
        guard let token = Self.token(request, rule: rule) else {
            return request.headerFields[.authorization] == nil ? .anonymous : .refused(.unauthorized(hadToken: true))
        }
        do throws(TokenVerifier.Refusal) {
            let claims = try await verifier.verify(token, at: now)
            guard let user = UserID(claims.sub) else { return .refused(.unauthorized(hadToken: true)) }
            return .claimed(user: user, bucket: "u:\(user)", isKey: false, proof: claims)
        } catch {
            guard case .expired = error else { return .refused(.unauthorized(hadToken: true)) }
            return .refused(.unauthorized("token_expired", "Your session has expired. Please sign in again.", hadToken: true))
        }
    }

    package func authenticate(_ identity: Identity, rule: AuthRule, at now: Instant) async throws -> Principal {
        switch identity {
        case .anonymous:
            throw APIError.unauthorized()
        case .refused(let error):
            throw error
        case .claimed(let user, _, _, let proof):
            guard let claims = proof as? AccessClaims else { throw APIError.unauthorized(hadToken: true) }
            guard let account = try await accounts.account(user), account.sessionVersion == claims.sv else {
                throw APIError.unauthorized("session_revoked", "This session has ended. Please sign in again.", hadToken: true)
            }
            guard !account.isBanned else { throw APIError.forbidden("account_banned", "This account is banned.") }
            return Principal(
                user: user,
                address: account.address,
                isVerified: account.isVerified,
                credential: .accessToken(session: claims.sid)
            )
        }
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
