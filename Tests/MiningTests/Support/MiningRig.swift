import API
import CryptoExtras
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
@testable import Mining

/// The mining routes behind the real pipeline, gate, PostgreSQL and Redis, in process, beside the handlers of ingest; the clock stands
/// still until a test moves it.
struct MiningRig: Sendable {
    let runtime: Runtime
    let clock: ManualClock
    let accounts: AccountsServices
    let services: MiningServices
    /// Handlers of all streams, to be given events directly.
    let pipeline: MiningPipeline
    let redis: RedisServer
    private let responder: PipelineResponder

    /// Where the clock starts: Tuesday noon of 2026-W09.
    static let start = Instant(millisecondsSinceUnixEpoch: 1_771_934_400_000)

    private static let signingKey = (try? _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation) ?? ""

    /// Runs a test on a fresh database and a Redis of its own, which it may stop.
    /// - Parameter variables: settings over the defaults, without the prefix `TBG_`.
    static func run(
        _ variables: [String: String] = [:],
        observers: [any BatchObserver] = [],
        _ body: @Sendable (MiningRig) async throws -> Void
    ) async throws {
        try await TestSlots.with {
            try await withDatabase(template: SliceRig.migrated) { database in
                try await TestServers.withPrivateRedis { redis in
                    try await perform(database.url, redis, variables, observers, body)
                }
            }
        }
    }

    private static func perform(
        _ databaseURL: String,
        _ redis: RedisServer,
        _ variables: [String: String],
        _ observers: [any BatchObserver],
        _ body: @Sendable (MiningRig) async throws -> Void
    ) async throws {
        var names = [
            "ENVIRONMENT": "test", "DATABASE_URL": databaseURL, "REDIS_URL": try await redis.url(), "LOG_LEVEL": "error",
            "RATE_LIMIT_SCALE": "10000", "DATABASE_POOL_MIN": "1", "DATABASE_POOL_MAX": "8", "JWT_PRIVATE_KEY": signingKey,
            "SESSION_KEY": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ]
        names.merge(variables) { $1 }
        let source = Dictionary(uniqueKeysWithValues: names.map { ("TBG_" + $0.key, $0.value) })
        let clock = ManualClock(start)
        let runtime = try Runtime(
            settings: try Settings(EnvironmentSource(source)),
            role: "test",
            metrics: PrometheusRegistry(descriptions: MetricTable.all),
            clock: clock.clock
        )
        do {
            try await runtime.redis.connect()
            try await TimeTableKeeper(database: runtime.database).makeRanges(at: start)
            try await body(try await MiningRig(runtime: runtime, clock: clock, redis: redis, observers: observers))
        } catch {
            await runtime.close()
            throw error
        }
        await runtime.close()
    }

    private init(runtime: Runtime, clock: ManualClock, redis: RedisServer, observers: [any BatchObserver]) async throws {
        self.runtime = runtime
        self.clock = clock
        self.redis = redis
        let settings = runtime.settings
        let ring = try await KeyRing.load(try KeyRingFiles(settings.tokens) { throw KeyRing.Failure.noSigningKey })
        accounts = AccountsServices(
            runtime: runtime,
            keys: CurrentKeyRing(ring),
            limiterPatience: .seconds(10),
            departures: [RankDepartures(runtime: runtime)]
        )
        services = MiningServices(runtime: runtime)
        pipeline = MiningPipeline(runtime: runtime, observers: observers)
        var table = RouteTable<AppContext>()
        AccountsRoutes.add(to: &table, services: accounts, users: UsersServices(runtime: runtime, accounts: accounts))
        MiningRoutes.add(to: &table, services: services)
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
    ) async throws -> MiningAnswer {
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
        return MiningAnswer(status: response.status.code, headers: response.headers, bytes: collected.buffer)
    }

    /// A request of a miner.
    func get(_ path: String, by miner: RigMiner) async throws -> MiningAnswer { try await call(.get, path, token: miner.token) }

    // MARK: Miners and their events

    /// A signed-in user of an address.
    /// - Parameter isVerified: whether the address counts as proven.
    func miner(_ address: String = SliceRig.address, isVerified: Bool = true) async throws -> RigMiner {
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
        let opened = try await runtime.database.transaction { transaction in
            try await accounts.sessions.open(for: user, method: .wallet, origin: .none, now: now, in: transaction)
        }
        let account = try #require(try await accounts.profiles.account(user))
        let answer = try await accounts.tokens.answer(opened, account: account, at: now)
        return RigMiner(user: user, address: address, token: answer.accessToken)
    }

    /// An API key of a miner, made over the API.
    /// - Parameter scopes: such as `read`.
    func key(of miner: RigMiner, scopes: [String]) async throws -> String {
        let body: JSONObject = ["name": "rig", "permissions": .array(scopes.map { .string($0) })]
        let answer = try await call(.post, "/api/v1/users/me/api-keys", body, token: miner.token)
        try #require(answer.status == 200, "\(answer.text)")
        return try #require(answer["key"]?.stringValue, "\(answer.text)")
    }

    /// Changes what the database holds.
    func execute(_ sql: SQL) async throws { _ = try await runtime.database.query(sql, access: .write) }

    /// Puts events through their handler as if their stream had delivered them.
    func apply(_ events: [MiningEvent]) async throws {
        for kind in EventKind.allCases {
            let some = events.filter { $0.payload.kind == kind }
            guard !some.isEmpty else { continue }
            if kind == .shareSubmitted {
                _ = try await pipeline.shares.apply(some, now: clock.now)
            } else {
                try await pipeline.control[kind]?.apply(some, now: clock.now)
            }
        }
    }

    /// An event as the collector writes it.
    func event(_ kind: EventKind, at time: Instant? = nil, id: UUID = UUID(), _ payload: String) throws -> MiningEvent {
        let time = time ?? clock.now
        return try EntryDecoder(network: runtime.settings.network.bitcoin).decode(
            kind,
            envelope: EventEnvelope(id: id, time: time, receivedAt: time),
            payload: Array(payload.utf8)
        )
    }

    /// A share of a miner.
    func share(
        of miner: RigMiner,
        _ assigned: Double = 1000,
        _ achieved: Double = 2000,
        worker: String = "rig1",
        accepted: Bool = true,
        reason: String = "stale",
        id: UUID = UUID(),
        at time: Instant? = nil
    ) throws -> MiningEvent {
        let why = accepted ? "" : #","reject_reason":"\#(reason)""#
        return try event(
            .shareSubmitted,
            at: time,
            id: id,
            #"{"user":"\#(miner.address)","worker":"\#(worker)","diff":\#(assigned),"sdiff":\#(achieved),"accepted":\#(accepted)\#(why)}"#
        )
    }
}

/// A caller of the mining API.
struct RigMiner: Sendable {
    let user: UserID
    let address: String
    let token: String
}

/// What a call answered.
struct MiningAnswer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: ByteBuffer

    var text: String { String(buffer: bytes) }
    var json: JSONValue { (try? JSONParser(maximumDepth: 32).parse(bytes.readableBytesView)) ?? .null }
    /// The code of an error.
    var code: String? { self["code"]?.stringValue }
    /// Whether live values came from the database.
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
