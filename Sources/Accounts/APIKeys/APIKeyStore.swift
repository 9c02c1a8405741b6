import API
import Foundation
import GameRules
import Platform
package import Postgres

/// The SQL of API keys (spec 02 §12).
package struct APIKeyStore: Sendable {
    /// A stored key that a presented one may be.
    struct Candidate: Sendable {
        let id: UUID
        let user: UserID
        let hash: String
        let scopes: Set<KeyScope>
        let expiresAt: Instant?
    }

    private let database: PostgresClient

    package init(database: PostgresClient) {
        self.database = database
    }

    /// The live key with a prefix.
    func candidate(prefix: String) async throws -> Candidate? {
        let rows = try await database.query(
            SQL.named(
                "api_key_candidate",
                """
                select id, user_id, key_hash, permissions, expires_at from api_keys where key_prefix = \(prefix) and revoked_at is null
                """
            )
        )
        guard let row = rows.first else { return nil }
        let (id, user, hash, permissions, expiry) = try row.decode((UUID, UserID, String, JSONB, Instant?).self)
        return Candidate(id: id, user: user, hash: hash, scopes: Set(try Self.scopes(permissions)), expiresAt: expiry)
    }

    /// The live keys of a user, newest first; expired ones among them.
    func list(of user: UserID) async throws -> [APIKeyItem] { try Self.items(await database.query(Self.select(of: user))) }

    static func select(of user: UserID) -> SQL {
        SQL.named(
            "api_keys",
            """
            select id, key_prefix, name, permissions, last_used_at, created_at, expires_at
            from api_keys where user_id = \(user) and revoked_at is null order by created_at desc, id desc
            """
        )
    }

    static func items(_ rows: PostgresRows) throws -> [APIKeyItem] {
        try rows.map { row in
            let (id, prefix, name, permissions, used, created, expiry) = try row.decode(
                (UUID, String, String, JSONB, Instant?, Instant, Instant?).self
            )
            return APIKeyItem(
                id: id,
                prefix: prefix,
                name: name,
                permissions: try Self.scopes(permissions),
                lastUsedAt: used,
                createdAt: created,
                expiresAt: expiry
            )
        }
    }

    /// Answers one row: how many live keys a user has.
    static func liveCount(of user: UserID) -> SQL {
        "select count(*) from api_keys where user_id = \(user) and revoked_at is null"
    }

    static func insert(_ key: CreatedAPIKey, hash: String, of user: UserID) -> SQL {
        SQL.named(
            "api_key_insert",
            """
            insert into api_keys (id, user_id, key_prefix, key_hash, name, permissions, created_at, expires_at)
            values (\(key.id), \(user), \(key.key.prefix), \(hash), \(key.name),
                    \(JSONB(.array(key.permissions.map { .string($0.rawValue) }))), \(key.createdAt), \(key.expiresAt))
            """
        )
    }

    /// Answers the prefix of the key that was revoked; no row when there was no such live key.
    static func revoke(_ id: UUID, of user: UserID, at now: Instant) -> SQL {
        SQL.named(
            "api_key_revoke",
            "update api_keys set revoked_at = \(now) where id = \(id) and user_id = \(user) and revoked_at is null returning key_prefix"
        )
    }

    /// Writes when keys were used, at most once a minute a key, whichever node saw it.
    func markUsed(_ uses: [(key: UUID, at: Instant)]) async throws {
        try await database.execute(
            SQL.named(
                "api_keys_used",
                """
                update api_keys k set last_used_at = u.at
                from unnest(\(uses.map(\.key)), \(uses.map(\.at))) as u (id, at)
                where k.id = u.id and (k.last_used_at is null or k.last_used_at <= u.at - interval '1 minute')
                """
            )
        )
    }

    private static func scopes(_ document: JSONB) throws -> [KeyScope] {
        let names = try document.parsed().arrayValue ?? []
        return KeyScope.closure(Set(names.compactMap { $0.stringValue.flatMap(KeyScope.init(rawValue:)) }))
    }
}
