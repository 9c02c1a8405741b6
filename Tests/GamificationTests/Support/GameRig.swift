import FeatureRig
import Foundation
import GameRules
import LocalServers
import Logging
import Mining
import Platform
import Postgres
import Prometheus
import Redis
import TestServers
import Testing

@testable import Gamification

/// A database and Redis, the rooms of gamification on them, and shares that take the way real ones take behind the stream.
struct GameRig: Sendable {
    let runtime: Runtime
    let book: BadgeBook
    let catalogue: BadgeCatalogue

    /// A Wednesday (spec 05 §14 no. 3).
    static let wednesday = Instant(rfc3339: "2026-02-25T14:00:00Z") ?? .unixEpoch

    /// - Parameter hasOwnRedis: for tests that listen: topics are common to all databases of a Redis.
    static func run(
        at instant: Instant = wednesday,
        hasOwnRedis: Bool = false,
        _ body: @escaping @Sendable (GameRig) async throws -> Void
    ) async throws {
        if hasOwnRedis {
            return try await TestServers.withPrivateRedis { try await run(at: instant, redis: try await $0.url(), body) }
        }
        try await withRedis { try await run(at: instant, redis: $0.url, body) }
    }

    private static func run(
        at instant: Instant,
        redis: String,
        _ body: @escaping @Sendable (GameRig) async throws -> Void
    ) async throws {
        try await TestSlots.with {
            try await withDatabase(template: TestRuntime.migrated) { database in
                try await TestRuntime.run(database: database.url, redis: redis, at: instant) { runtime, _ in
                    try await TimeTableKeeper(database: runtime.database).makeRanges(at: instant)
                    try await body(GameRig(runtime: runtime, book: try .embedded(), catalogue: try .embedded()))
                }
            }
        }
    }

    var ledger: GameLedger { GameLedger(runtime: runtime) }
    var events: GameEvents { GameEvents(ledger: ledger, badges: book) }
    var database: PostgresClient { runtime.database }
    var now: Instant { runtime.clock.now() }

    // MARK: users

    /// Makes a user with an address of its own.
    @discardableResult
    func user(_ address: String = "bc1q-\(UUID().uuidString)", since: Instant = wednesday) async throws -> UserID {
        let rows = try await database.query(
            "insert into users (btc_address, created_at, updated_at) values (\(address), \(since), \(since)) returning id",
            access: .write
        )
        return try #require(try rows.value(UserID.self))
    }

    /// Gives experience until a user has so much.
    func bring(_ user: UserID, to total: Int64) async throws {
        let missing = total - (try await number("select coalesce(sum(total_xp), 0)::bigint from user_gamification where user_id = \(user)"))
        try await apply { $0.grant(XPGrant(missing, to: user, for: .social, id: nil, key: "test:\(UUID())", description: "")) }
    }

    /// Writes effects in a transaction of their own.
    @discardableResult
    func apply(_ make: @Sendable (inout GameEffects) -> Void) async throws -> GameOutcome {
        var effects = GameEffects()
        make(&effects)
        let gathered = effects
        return try await database.transaction { try await ledger.apply(gathered, now: now, in: $0) }
    }

    /// The definition of a badge.
    func badge(_ slug: String) async throws -> BadgeDefinition {
        let page = try await database.transaction { try await book.page(now: now, in: $0) }
        return try #require(page.all.first { $0.rule.slug == slug })
    }

    // MARK: outcome

    func number(_ sql: SQL) async throws -> Int64 { try await database.query(sql, access: .write).value(Int64.self) ?? -1 }

    func texts(_ sql: SQL) async throws -> [String] {
        try await database.query(sql, access: .write).map { try String(postgres: $0[0]) }
    }

    /// Total, level, badges.
    func standing(_ user: UserID) async throws -> [Int64] {
        let rows = try await database.query(
            "select total_xp, level, badges_earned from user_gamification where user_id = \(user)",
            access: .write
        )
        guard let (xp, level, badges) = try rows.first?.decode((Int64, Int32, Int32).self) else { return [] }
        return [xp, Int64(level), Int64(badges)]
    }

    /// `source amount` of every row of the ledger, in order.
    func booked(_ user: UserID) async throws -> [String] {
        try await texts("select source || ' ' || amount from xp_ledger where user_id = \(user) order by id")
    }

    func slugs(_ user: UserID) async throws -> [String] {
        try await texts(
            "select d.slug from user_badges b join badge_definitions d on d.id = b.badge_id where b.user_id = \(user) order by d.sort_order"
        )
    }
}
