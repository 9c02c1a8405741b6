package import API
import Crypto
import Foundation
package import GameRules
package import HTTPTypes
package import Platform
import Synchronization
package import Redis

/// API keys as the pipeline sees them (spec 02 §8.4): shape first, then the memory of proofs, then the database and the slow hash.
package final class APIKeyAuthenticator: Sendable {
    private static let header = HTTPField.Name("X-API-Key")

    private let store: APIKeyStore
    private let hashing: HashingGate
    private let verified: VerifiedKeys
    private let accounts: PrincipalCache
    private let uses: KeyUses
    private let failures: FailureWindow
    /// Proofs under way, so that a burst with one key hashes once.
    private let underWay = Mutex<[VerifiedKeys.Fingerprint: Task<VerifiedKey?, any Error>]>([:])

    package init(
        store: APIKeyStore,
        hashing: HashingGate,
        verified: VerifiedKeys,
        accounts: PrincipalCache,
        uses: KeyUses,
        redis: RedisClient
    ) {
        self.store = store
        self.hashing = hashing
        self.verified = verified
        self.accounts = accounts
        self.uses = uses
        failures = FailureWindow(limit: 10, seconds: 60, keyPrefix: "auth:keyfail:", redis: redis)
    }

    /// What `X-API-Key` alone says; nil for a request without it, and where credentials are optional and keys are none.
    package func identify(_ request: HTTPRequest, rule: AuthRule) -> Identity? {
        guard let name = Self.header, let text = request.headerFields[name] else { return nil }
        if request.headerFields[.authorization] != nil {
            return .refused(.badRequest("Send either an access token or an API key, not both."))
        }
        guard rule.schemes.contains(.apiKey) else {
            return rule.isOptional ? nil : .refused(.forbidden("forbidden", "API keys cannot be used here. Please sign in."))
        }
        guard let key = APIKey(text) else { return .refused(.unauthorized(hadToken: true)) }
        return .claimed(user: nil, bucket: "k:\(Self.bucket(of: key))", isKey: true, proof: key)
    }

    /// The owner of a key, if it is good and may do what the route does.
    /// - Throws: 401 for a wrong, revoked or expired key; 403 `account_banned`, `insufficient_scope`; 429 after ten wrong keys of a client
    ///   within a minute; 503 `busy` when too much is being hashed.
    package func authenticate(_ key: APIKey, rule: AuthRule, client: ClientAddress, at now: Instant) async throws -> Principal {
        let proven = try await prove(key, client: client, at: now)
        if let expiry = proven.expiresAt, expiry <= now { throw APIError.unauthorized(hadToken: true) }
        guard let account = try await accounts.account(proven.user) else { throw APIError.unauthorized(hadToken: true) }
        guard !account.isBanned else { throw APIError.accountBanned }
        guard rule.scope.flatMap(KeyScope.init(rawValue:)).map(proven.scopes.contains) ?? false else {
            throw APIError.forbidden("insufficient_scope", "This API key is not allowed to do this.")
        }
        uses.note(proven.id, at: now)
        return Principal(
            user: proven.user,
            address: account.address,
            isVerified: account.isVerified,
            credential: .apiKey(id: proven.id.text, scopes: Set(proven.scopes.map(\.rawValue)))
        )
    }

    private func prove(_ key: APIKey, client: ClientAddress, at now: Instant) async throws -> VerifiedKey {
        let fingerprint = verified.fingerprint(of: key)
        if let known = verified.key(fingerprint, at: now) { return known }
        if let seconds = await failures.refusal(of: client.group, at: now) { throw APIError.rateLimited(retryAfterSeconds: seconds) }
        guard let proven = try await verify(key, fingerprint, at: now) else {
            await failures.note(client.group, at: now)
            throw APIError.unauthorized(hadToken: true)
        }
        return proven
    }

    private func verify(_ key: APIKey, _ fingerprint: VerifiedKeys.Fingerprint, at now: Instant) async throws -> VerifiedKey? {
        let task = underWay.withLock { tasks in
            if let task = tasks[fingerprint] { return task }
            let task = Task { [store, hashing, verified] () -> VerifiedKey? in
                defer { self.underWay.withLock { $0[fingerprint] = nil } }
                let generation = verified.generation
                guard let candidate = try await store.candidate(prefix: key.prefix),
                    try await hashing.verify(key.text, against: candidate.hash)
                else { return nil }
                let proven = VerifiedKey(
                    id: candidate.id,
                    user: candidate.user,
                    scopes: candidate.scopes,
                    expiresAt: candidate.expiresAt
                )
                verified.remember(proven, fingerprint, generation: generation, at: now)
                return proven
            }
            tasks[fingerprint] = task
            return task
        }
        return try await task.value
    }

    /// Whose budget: a hash of the key, the same on every node, from which the 256-bit secret cannot be had.
    private static func bucket(of key: APIKey) -> String {
        Hex.encode(SHA256.hash(data: Data(key.text.utf8)).prefix(16))
    }
}
