import API
import FeatureRig
import GameRules
import HTTPTypes
import Platform
import Postgres
import TestServers
import Testing

@testable import Gamification

/// The gamification routes behind the real pipeline; the clock stands still until a test moves it.
struct ProgressRig: Sendable {
    let routes: RouteRig

    var runtime: Runtime { routes.runtime }
    var clock: ManualClock { routes.clock }

    /// Where the clock starts: Wednesday, 2026-02-25 14:00, of 2026-W09.
    static let start = Instant(millisecondsSinceUnixEpoch: 1_772_028_000_000)

    /// Runs a test on a fresh database.
    /// - Parameter now: where the clock starts.
    static func run(at now: Instant = start, _ body: @Sendable (ProgressRig) async throws -> Void) async throws {
        try await TestSlots.with {
            try await withDatabase(template: TestRuntime.migrated) { database in
                try await withRedis { redis in
                    try await TestRuntime.run(database: database.url, redis: redis.url, at: now) { runtime, clock in
                        try await TimeTableKeeper(database: runtime.database).makeRanges(at: now)
                        let services = try GamificationServices(runtime: runtime)
                        let routes = try await RouteRig(runtime: runtime, clock: clock) {
                            GamificationRoutes.add(to: &$0, services: services)
                        }
                        try await body(ProgressRig(routes: routes))
                    }
                }
            }
        }
    }

    // MARK: Calling

    /// One request through the whole pipeline.
    func call(
        _ method: HTTPRequest.Method = .get,
        _ path: String,
        _ body: JSONObject? = nil,
        token: String? = nil,
        key: String? = nil
    ) async throws -> GameAnswer {
        try await routes.call(method, path, body, token: token, key: key)
    }

    /// A request of a player.
    func get(_ path: String, by player: Player) async throws -> GameAnswer { try await routes.get(path, by: player) }

    /// A signed-in user of an address.
    func player(_ address: String = "bc1qplayer00000", isVerified: Bool = true) async throws -> Player {
        try await routes.user(address, isVerified: isVerified)
    }

    func token(of player: Player) async throws -> String { try await routes.token(of: player) }
    func key(of player: Player, scopes: [String]) async throws -> String { try await routes.key(of: player, scopes: scopes) }
    func execute(_ sql: SQL) async throws { try await routes.execute(sql) }
    func number(_ sql: SQL) async throws -> Int64 { try await routes.number(sql) }
    func text(_ sql: SQL) async throws -> String? { try await routes.text(sql) }

    // MARK: What the engine would have written

    /// A badge of the catalogue; answers its id.
    @discardableResult
    func define(
        _ slug: String,
        category: String = "mining",
        xp: Int32 = 50,
        order: Int32 = 1,
        trigger: (type: String, config: String) = ("event", #"{"event":"e"}"#),
        isActive: Bool = true
    ) async throws -> Int32 {
        let rows = try await runtime.database.query(
            """
            insert into badge_definitions (slug, name, description, category, rarity, xp_reward, trigger_type, trigger_config, sort_order,
                                           is_active, created_at)
            values (\(slug), \("Name of " + slug), \("Text of " + slug), \(category), 'rare', \(xp), \(trigger.type),
                    \(JSONB(trigger.config)), \(order), \(isActive), \(clock.now)) returning id
            """,
            access: .write
        )
        return try #require(try rows.value(Int32.self))
    }

    func earn(_ badge: Int32, by player: Player, at time: Instant? = nil, metadata: String = "{}") async throws {
        try await execute(
            """
            insert into user_badges (user_id, badge_id, earned_at, metadata)
            values (\(player.user), \(badge), \(time ?? clock.now), \(JSONB(metadata)))
            """
        )
    }

    /// Active weeks of a player, by their names.
    func activate(_ weeks: [String], of player: Player, shares: Int64 = 3, days: Int16 = 4, isActive: Bool = true) async throws {
        for text in weeks {
            let week = try #require(ISOWeek(text))
            try await execute(
                """
                insert into streak_calendar (user_id, week_iso, week_start, share_count, best_diff, is_active, day_mask)
                values (\(player.user), \(text), \(week.monday), \(shares), 1500, \(isActive), \(days))
                """
            )
        }
    }

    /// The state row of a player.
    func setState(
        of player: Player,
        xp: Int64 = 0,
        current: Int32 = 0,
        longest: Int32 = 0,
        start: String? = nil,
        lastActive: String? = nil,
        evaluated: String? = nil
    ) async throws {
        let level = LevelTable.level(forTotalXP: xp)
        try await execute(
            """
            insert into user_gamification (user_id, total_xp, level, level_title, current_streak, longest_streak, streak_start_date,
                                           last_active_week, streak_evaluated_week, updated_at)
            values (\(player.user), \(xp), \(Int32(level.number)), \(level.title), \(current), \(longest),
                    \(start.flatMap { UTCDay($0) }), \(lastActive), \(evaluated), \(clock.now))
            """
        )
    }

    /// A row of the ledger.
    func book(
        _ amount: Int32,
        to player: Player,
        source: String = "share",
        id: String? = nil,
        key: String,
        at time: Instant? = nil
    ) async throws {
        try await execute(
            """
            insert into xp_ledger (user_id, amount, source, source_id, description, idempotency_key, created_at)
            values (\(player.user), \(amount), \(source), \(id), 'text', \(key), \(time ?? clock.now))
            """
        )
    }

    func instant(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }
}

/// A caller of the gamification API.
typealias Player = RouteCaller

/// What a call answered.
typealias GameAnswer = RouteAnswer
