import API
import Foundation
import GameRules
package import Platform
package import Postgres

/// Makes, lists and revokes API keys (spec 02 §8.4).
package struct APIKeyService: Sendable {
    /// Live keys a user may have.
    private static let maximumKeys = 10
    /// A prefix has 28 random bits, so a second draw is rare and a fifth will not be seen.
    private static let draws = 5

    private let database: PostgresClient
    private let store: APIKeyStore
    private let hashing: HashingGate
    private let random: RandomSource
    private let audit: AuditLog
    private let revocations: KeyRevocations

    package init(
        database: PostgresClient,
        hashing: HashingGate,
        random: RandomSource,
        audit: AuditLog,
        revocations: KeyRevocations
    ) {
        self.database = database
        store = APIKeyStore(database: database)
        self.hashing = hashing
        self.random = random
        self.audit = audit
        self.revocations = revocations
    }

    /// Makes a key.
    /// - Throws: 409 `api_key_limit` beyond ten live keys; 503 `busy` when too much is being hashed.
    func create(_ wish: NewAPIKey, by principal: Principal, origin: AuditOrigin, at now: Instant) async throws -> CreatedAPIKey {
        for _ in 1..<Self.draws {
            do {
                return try await draw(wish, by: principal, origin: origin, at: now)
            } catch let error as PostgresError where error.constraint == "api_keys_prefix_key" {
                continue
            }
        }
        return try await draw(wish, by: principal, origin: origin, at: now)
    }

    private func draw(_ wish: NewAPIKey, by principal: Principal, origin: AuditOrigin, at now: Instant) async throws -> CreatedAPIKey {
        let created = CreatedAPIKey(
            id: .random(from: random),
            key: APIKey(random: random),
            name: wish.name,
            permissions: wish.permissions,
            createdAt: now,
            expiresAt: wish.lifeDays.map { now.adding(seconds: Int64($0) * 86_400) }
        )
        let hash = try await hashing.hash(created.key.text, with: .keys)
        let event = AuditEvent(
            "apikey.created",
            by: principal.auditActor,
            user: principal.user,
            resource: ("api_key", created.id.text),
            details: [
                "prefix": .string(created.key.prefix),
                "permissions": .array(created.permissions.map { .string($0.rawValue) }),
            ],
            origin: origin
        )
        let notice = AccountNotice.security(
            to: principal.user,
            title: "An API key was created",
            text: "The key \(created.key.prefix)… can now act for you. If this was not you, delete it and end your sessions.",
            dedupeKey: "api_key:\(created.id.text)"
        )
        try await database.transaction { transaction in
            // The lock makes the count hold until the insert.
            let rows = try await transaction.pipeline([AccountStore.lock(principal.user), APIKeyStore.liveCount(of: principal.user)])
            _ = try AccountStore.locked(rows[0])
            guard try rows[1].value(Int64.self) ?? 0 < Self.maximumKeys else { throw APIError.apiKeyLimit }
            try await transaction.pipeline([
                APIKeyStore.insert(created, hash: hash, of: principal.user),
                AuditLog.insert(event, at: now),
                notice.insert(at: now),
            ])
        }
        audit.count(event)
        return created
    }

    func list(of user: UserID) async throws -> [APIKeyItem] { try await store.list(of: user) }

    /// Ends a key: at once here, and elsewhere as soon as the message arrives, within 60 s in any case.
    /// - Throws: 404 `api_key_not_found` for an unknown, foreign or revoked key.
    func revoke(_ id: UUID, by principal: Principal, origin: AuditOrigin, at now: Instant) async throws {
        let event = try await database.transaction { transaction in
            guard let prefix = try await transaction.query(APIKeyStore.revoke(id, of: principal.user, at: now)).value(String.self) else {
                throw APIError.apiKeyNotFound
            }
            let event = AuditEvent(
                "apikey.revoked",
                by: principal.auditActor,
                user: principal.user,
                resource: ("api_key", id.text),
                details: ["prefix": .string(prefix)],
                origin: origin
            )
            try await transaction.execute(AuditLog.insert(event, at: now))
            return event
        }
        audit.count(event)
        await revocations.announce(principal.user)
    }
}

extension APIError {
    fileprivate static let apiKeyLimit = APIError.conflict("api_key_limit", "You have ten API keys. Delete one before you create another.")
}
