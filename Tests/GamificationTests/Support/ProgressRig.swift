import API
import CryptoExtras
import Feed
import Foundation
import GameRules
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Mining
import NIOCore
import NIOEmbedded
import Platform
import Postgres
import Prometheus
import Redis
import Synchronization
import TestServers
import Testing

@testable import Accounts
@testable import Gamification

/// The gamification routes behind the real pipeline, gate, PostgreSQL and Redis, in process; the clock stands still until a test moves it.
struct ProgressRig: Sendable {
    let runtime: Runtime
    let clock: ManualClock
    let accounts: AccountsServices
    let services: GamificationServices
    private let responder: PipelineResponder

    /// Where the clock starts: Wednesday, 2026-02-25 14:00, of 2026-W09.
    static let start = Instant(millisecondsSinceUnixEpoch: 1_772_028_000_000)

    static let migrated = DatabaseTemplate("progress") { url in
        let database = PostgresClient(configuration: try PostgresConfiguration(url: url), logger: .init(label: "test"))
        try await Migrator(database: database).up(now: Clock.system.now())
        await database.close()
    }

    private static let signingKey = (try? _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation) ?? ""

    /// Runs a test on a fresh database.
    /// - Parameter now: where the clock starts.
    static func run(at now: Instant = start, _ body: @Sendable (ProgressRig) async throws -> Void) async throws {
        try await TestSlots.with {
            try await withDatabase(template: migrated) { database in
                try await withRedis { redis in try await perform(database.url, redis.url, now, body) }
            }
        }
    }

    private static func perform(
        _ databaseURL: String,
        _ redisURL: String,
        _ now: Instant,
        _ body: @Sendable (ProgressRig) async throws -> Void
    ) async throws {
        let names = [
            "ENVIRONMENT": "test", "DATABASE_URL": databaseURL, "REDIS_URL": redisURL, "LOG_LEVEL": "error",
            "RATE_LIMIT_SCALE": "10000", "DATABASE_POOL_MIN": "1", "DATABASE_POOL_MAX": "8", "JWT_PRIVATE_KEY": signingKey,
            "SESSION_KEY": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ]
        let source = Dictionary(uniqueKeysWithValues: names.map { ("TBG_" + $0.key, $0.value) })
        let clock = ManualClock(now)
        let runtime = try Runtime(
            settings: try Settings(EnvironmentSource(source)),
            role: "test",
            metrics: PrometheusRegistry(descriptions: MetricTable.all),
            clock: clock.clock
        )
        do {
            try await runtime.redis.connect()
            try await TimeTableKeeper(database: runtime.database).makeRanges(at: now)
            try await body(try await ProgressRig(runtime: runtime, clock: clock))
        } catch {
            await runtime.close()
            throw error
        }
        await runtime.close()
    }

    private init(runtime: Runtime, clock: ManualClock) async throws {
        self.runtime = runtime
        self.clock = clock
        let settings = runtime.settings
        let ring = try await KeyRing.load(try KeyRingFiles(settings.tokens) { throw KeyRing.Failure.noSigningKey })
        accounts = AccountsServices(runtime: runtime, keys: CurrentKeyRing(ring), limiterPatience: .seconds(10), departures: [])
        services = try GamificationServices(runtime: runtime)
        var table = RouteTable<AppContext>()
        AccountsRoutes.add(to: &table, services: accounts, users: UsersServices(runtime: runtime, accounts: accounts))
        GamificationRoutes.add(to: &table, services: services)
        let gate = ServiceGate(
            authenticator: accounts.authenticator,
            limiter: accounts.limiter,
            schema: SchemaGuard(migrator: Migrator(database: runtime.database)),
            trustedProxies: [],
            subjects: SubjectHash(settings.tokens, random: runtime.random),
            network: settings.network.bitcoin,
            prechecks: [:]
        )
        let errors = ErrorMapping(constraints: ConstraintErrors(joining: []), random: runtime.random, logger: runtime.logger)
        responder = PipelineResponder(
            routes: try RouteResponder(
                table,
                gate: gate,
                mapError: { error, _, context in errors.apiError(for: error, requestID: context.requestID) },
                shouldRetry: { error, attempt in await errors.shouldRetry(error, attempt: attempt) }
            ),
            cors: CORSPolicy(origins: settings.http.corsOrigins),
            deadlines: RequestDeadlines(),
            runtime: runtime
        )
    }

    // MARK: Calling

    /// One request through the whole pipeline.
    /// - Parameters:
    ///   - path: with its query, percent-encoded.
    ///   - token: of a caller.
    ///   - key: an API key.
    func call(
        _ method: HTTPRequest.Method = .get,
        _ path: String,
        _ body: JSONObject? = nil,
        token: String? = nil,
        key: String? = nil
    ) async throws -> GameAnswer {
        let channel = NIOAsyncTestingChannel()
        channel.remoteAddress = try SocketAddress(ipAddress: "127.0.0.1", port: 50_000)
        var fields = HTTPFields()
        if let token { fields[.authorization] = "Bearer \(token)" }
        if let key, let name = HTTPField.Name("X-API-Key") { fields[name] = key }
        var bytes = ByteBuffer()
        if let body {
            var writer = JSONWriter()
            JSONValue.object(body).encode(to: &writer)
            bytes = writer.buffer
            fields[.contentType] = "application/json"
            fields[.contentLength] = String(bytes.readableBytes)
        }
        let head = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path, headerFields: fields)
        let context = AppContext(source: ApplicationRequestContextSource(channel: channel, logger: runtime.logger))
        let response = await responder.respond(to: Request(head: head, body: RequestBody(buffer: bytes)), context: context)
        let collected = CollectedBody()
        try await response.body.write(collected)
        _ = try? await channel.finish()
        return GameAnswer(status: response.status.code, headers: response.headers, bytes: collected.buffer)
    }

    /// A request of a player.
    func get(_ path: String, by player: Player) async throws -> GameAnswer { try await call(.get, path, token: token(of: player)) }

    // MARK: Players

    /// A signed-in user of an address.
    /// - Parameter isVerified: whether the address counts as proven.
    func player(_ address: String = "bc1qplayer00000", isVerified: Bool = true) async throws -> Player {
        let now = clock.now
        let email = isVerified ? nil : "\(address.suffix(12))@example.org"
        let rows = try await runtime.database.query(
            """
            insert into users (btc_address, is_verified, auth_method, email, password_hash, created_at, updated_at)
            values (\(address), \(isVerified), \(isVerified ? "wallet" : "email"), \(email), \(isVerified ? nil : "unusable"), \(now), \(now))
            returning id
            """,
            access: .write
        )
        let user = try #require(try rows.value(UserID.self))
        return Player(user: user, address: address, token: try await token(of: user), signedInAt: now)
    }

    /// A token that is good at present, however far the clock was moved.
    func token(of player: Player) async throws -> String {
        clock.now == player.signedInAt ? player.token : try await token(of: player.user)
    }

    private func token(of user: UserID) async throws -> String {
        let now = clock.now
        let opened = try await runtime.database.transaction { transaction in
            try await accounts.sessions.open(for: user, method: .wallet, origin: .none, now: now, in: transaction)
        }
        let account = try #require(try await accounts.profiles.account(user))
        let answer = try await accounts.tokens.answer(opened, account: account, at: now)
        return answer.accessToken
    }

    /// An API key of a player, made over the API.
    /// - Parameter scopes: such as `read`.
    func key(of player: Player, scopes: [String]) async throws -> String {
        let body: JSONObject = ["name": "rig", "permissions": .array(scopes.map { .string($0) })]
        let answer = try await call(.post, "/api/v1/users/me/api-keys", body, token: player.token)
        try #require(answer.status == 200, "\(answer.text)")
        return try #require(answer["key"]?.stringValue, "\(answer.text)")
    }

    /// Changes what the database holds.
    func execute(_ sql: SQL) async throws { _ = try await runtime.database.query(sql, access: .write) }

    /// One number from the database.
    func number(_ sql: SQL) async throws -> Int64 { try await runtime.database.query(sql).value(Int64.self) ?? -1 }

    /// One text from the database.
    func text(_ sql: SQL) async throws -> String? { try await runtime.database.query(sql).value(String?.self) ?? nil }

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
struct Player: Sendable {
    let user: UserID
    let address: String
    let token: String
    let signedInAt: Instant
}

/// What a call answered.
struct GameAnswer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: ByteBuffer

    var text: String { String(buffer: bytes) }
    var json: JSONValue { (try? JSONParser(maximumDepth: 32).parse(bytes.readableBytesView)) ?? .null }
    /// The code of an error.
    var code: String? { self["code"]?.stringValue }

    /// A member by its dotted path.
    subscript(path: String) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(json)) { value, name in value?.objectValue?[String(name)] }
    }

    /// The faults of a 422 as `field:code`.
    var faults: [String] {
        (self["errors"]?.arrayValue ?? []).map { "\($0["field"]?.stringValue ?? ""):\($0["code"]?.stringValue ?? "")" }
    }
}

/// Gathers a response's body.
private final class CollectedBody: ResponseBodyWriter, Sendable {
    private let bytes = Mutex(ByteBuffer())

    var buffer: ByteBuffer { bytes.withLock { $0 } }

    func write(_ part: ByteBuffer) async throws {
        bytes.withLock { buffer in
            _ = buffer.writeImmutableBuffer(part)
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
