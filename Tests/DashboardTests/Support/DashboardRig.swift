import API
import CryptoExtras
import Feed
import Foundation
import GameRules
import HTTPTypes
import Hummingbird
import HummingbirdCore
import LocalServers
import Logging
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
@testable import Dashboard
@testable import Mining

/// The routes of the start page behind the real pipeline, gate, PostgreSQL and Redis, in process, beside the handlers of ingest; the clock
/// stands still until a test moves it.
struct DashboardRig: Sendable {
    let runtime: Runtime
    let clock: ManualClock
    let services: DashboardServices
    let redis: RedisServer
    private let accounts: AccountsServices
    private let pipeline: MiningPipeline
    private let responder: PipelineResponder

    /// Where the clock starts: Tuesday noon of 2026-W09.
    static let start = Instant(millisecondsSinceUnixEpoch: 1_771_934_400_000)
    static let address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
    static let otherAddress = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"

    static let migrated = DatabaseTemplate("dashboard") { url in
        let database = PostgresClient(configuration: try PostgresConfiguration(url: url), logger: .init(label: "test"))
        try await Migrator(database: database).up(now: Clock.system.now())
        await database.close()
    }

    private static let signingKey = (try? _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation) ?? ""

    /// Runs a test on a fresh database and a Redis of its own, which it may stop.
    static func run(at start: Instant = start, _ body: @Sendable (DashboardRig) async throws -> Void) async throws {
        try await TestSlots.with {
            try await withDatabase(template: migrated) { database in
                try await TestServers.withPrivateRedis { redis in
                    try await perform(database.url, redis, start, body)
                }
            }
        }
    }

    private static func perform(
        _ databaseURL: String,
        _ redis: RedisServer,
        _ start: Instant,
        _ body: @Sendable (DashboardRig) async throws -> Void
    ) async throws {
        let names = [
            "ENVIRONMENT": "test", "DATABASE_URL": databaseURL, "REDIS_URL": try await redis.url(), "LOG_LEVEL": "error",
            "RATE_LIMIT_SCALE": "10000", "DATABASE_POOL_MIN": "1", "DATABASE_POOL_MAX": "8", "JWT_PRIVATE_KEY": signingKey,
            "SESSION_KEY": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ]
        let clock = ManualClock(start)
        let runtime = try Runtime(
            settings: try Settings(EnvironmentSource(Dictionary(uniqueKeysWithValues: names.map { ("TBG_" + $0.key, $0.value) }))),
            role: "test",
            metrics: PrometheusRegistry(descriptions: MetricTable.all),
            clock: clock.clock
        )
        do {
            try await runtime.redis.connect()
            try await TimeTableKeeper(database: runtime.database).makeRanges(at: start)
            try await body(try await DashboardRig(runtime: runtime, clock: clock, redis: redis))
        } catch {
            await runtime.close()
            throw error
        }
        await runtime.close()
    }

    private init(runtime: Runtime, clock: ManualClock, redis: RedisServer) async throws {
        self.runtime = runtime
        self.clock = clock
        self.redis = redis
        let settings = runtime.settings
        let ring = try await KeyRing.load(try KeyRingFiles(settings.tokens) { throw KeyRing.Failure.noSigningKey })
        accounts = AccountsServices(runtime: runtime, keys: CurrentKeyRing(ring), limiterPatience: .seconds(10), departures: [])
        services = DashboardServices(runtime: runtime)
        pipeline = MiningPipeline(runtime: runtime, observers: [])
        var table = RouteTable<AppContext>()
        AccountsRoutes.add(to: &table, services: accounts, users: UsersServices(runtime: runtime, accounts: accounts))
        DashboardRoutes.add(to: &table, services: services)
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

    // MARK: calling

    /// One request through the whole pipeline.
    /// - Parameter path: with its query.
    func get(_ path: String, by miner: RigMiner? = nil) async throws -> DashboardAnswer {
        let channel = NIOAsyncTestingChannel()
        channel.remoteAddress = try SocketAddress(ipAddress: "127.0.0.1", port: 50_000)
        var fields = HTTPFields()
        if let miner { fields[.authorization] = "Bearer \(miner.token)" }
        let head = HTTPRequest(
            method: .get,
            scheme: "http",
            authority: "localhost",
            path: "/api/v1/dashboard/" + path,
            headerFields: fields
        )
        let context = AppContext(source: ApplicationRequestContextSource(channel: channel, logger: runtime.logger))
        let response = await responder.respond(to: Request(head: head, body: RequestBody(buffer: ByteBuffer())), context: context)
        let collected = CollectedBody()
        try await response.body.write(collected)
        _ = try? await channel.finish()
        return DashboardAnswer(status: response.status.code, headers: response.headers, bytes: collected.buffer)
    }

    /// A call that has to succeed with fresh figures.
    func stats(of miner: RigMiner) async throws -> DashboardAnswer {
        let answer = try await get("stats", by: miner)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(!answer.isStale)
        return answer
    }

    // MARK: miners and what they did

    /// A signed-in user of an address.
    func miner(_ address: String = address) async throws -> RigMiner {
        let now = clock.now
        let rows = try await runtime.database.query(
            """
            insert into users (btc_address, is_verified, auth_method, created_at, updated_at)
            values (\(address), true, 'wallet', \(now), \(now)) returning id
            """,
            access: .write
        )
        let user = try #require(try rows.value(UserID.self))
        let opened = try await runtime.database.transaction { transaction in
            try await accounts.sessions.open(for: user, method: .wallet, origin: .none, now: now, in: transaction)
        }
        let account = try #require(try await accounts.profiles.account(user))
        let answer = try await accounts.tokens.answer(opened, account: account, at: now)
        return RigMiner(user: user, address: address, token: answer.accessToken)
    }

    /// Changes what the database holds.
    func execute(_ sql: SQL) async throws { _ = try await runtime.database.query(sql, access: .write) }

    /// Sets the clock; the tables get ranges for it.
    func set(_ instant: Instant) async throws {
        clock.set(instant)
        try await TimeTableKeeper(database: runtime.database).makeRanges(at: instant)
    }

    /// A stored hour of a miner.
    /// - Parameter age: hours before the running one.
    func keepHour(_ age: Int, of miner: RigMiner, shares: Int64 = 0, rejected: Int64 = 0, work: Double = 0, best: Double = 0) async throws {
        let hour = UTCHour(containing: clock.now).advanced(by: -age).start
        try await execute(
            """
            insert into hourly_shares (user_id, bucket, total_shares, accepted_shares, rejected_shares, work, share_diff_sum, best_diff)
            values (\(miner.user), \(hour), \(shares + rejected), \(shares), \(rejected), \(work), 0, \(best))
            """
        )
    }

    /// The miner's shares of today.
    func keepToday(_ shares: Int64, of miner: RigMiner) async throws {
        try await execute(
            """
            insert into user_daily_stats (user_id, day, total_shares, accepted_shares, diff_hist, presence, updated_at)
            values (\(miner.user), \(UTCDay(containing: clock.now)), \(shares), \(shares), array_fill(0::bigint, array[16]), ''::bytea,
                    \(clock.now))
            on conflict (user_id, day) do update set total_shares = excluded.total_shares
            """
        )
    }

    /// A row of gamification.
    func keepProgress(of miner: RigMiner, xp: Int64 = 0, badges: Int32 = 0, streak: Int32 = 0) async throws {
        try await execute(
            """
            insert into user_gamification (user_id, total_xp, badges_earned, current_streak, updated_at)
            values (\(miner.user), \(xp), \(badges), \(streak), \(clock.now))
            on conflict (user_id) do update set total_xp = excluded.total_xp, current_streak = excluded.current_streak
            """
        )
    }

    /// Work in the miner's ring: the hashrate of the last hour becomes `hourly`.
    func setHashrate(_ hourly: Double, of miner: RigMiner) async throws {
        // An hour's rate is read from 59 whole minutes and the running one.
        let second = clock.now.secondsSinceUnixEpoch
        let span = 59 * 60 + second % 60
        let work = hourly * Double(span) / 4_294_967_296
        _ = try await runtime.redis.send(RedisCommand("HSET", LiveKeys.userRing(miner.address), "m\(second / 60)", work))
    }

    /// Puts accepted shares of a miner through ingest.
    func mine(_ count: Int, by miner: RigMiner, worker: String = "rig1", difficulty: Double = 1000, at time: Instant? = nil) async throws {
        let time = time ?? clock.now
        let decoder = EntryDecoder(network: runtime.settings.network.bitcoin)
        let events = try (0..<count).map { number in
            let achieved = difficulty * 2 + Double(number)
            let payload =
                #"{"user":"\#(miner.address)","worker":"\#(worker)","diff":\#(difficulty),"sdiff":\#(achieved),"accepted":true}"#
            return try decoder.decode(
                .shareSubmitted,
                envelope: EventEnvelope(id: UUID(), time: time, receivedAt: time),
                payload: Array(payload.utf8)
            )
        }
        _ = try await pipeline.shares.apply(events, now: clock.now)
    }
}

/// A caller.
struct RigMiner: Sendable {
    let user: UserID
    let address: String
    let token: String

    var live: LiveMiner { LiveMiner(user: user, address: address) }
}

/// What a call answered.
struct DashboardAnswer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: ByteBuffer

    var text: String { String(buffer: bytes) }
    var json: JSONValue { (try? JSONParser(maximumDepth: 32).parse(bytes.readableBytesView)) ?? .null }
    var isStale: Bool { headers[DataHeaders.stale] == "1" }

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
