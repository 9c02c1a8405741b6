import API
import Bitcoin
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
import TestServers
import Testing

@testable import Accounts

/// The account routes behind the real pipeline, gate, PostgreSQL and Redis, in process; the clock stands still until a test moves it.
struct AccountsRig: Sendable {
    let runtime: Runtime
    let services: AccountsServices
    let clock: ManualClock
    /// The routes under test.
    let descriptions: [RouteDescription]
    private let responder: PipelineResponder

    /// Where the clock starts: the instant of the golden sign-in messages.
    static let start = Instant(microsecondsSinceUnixEpoch: 1_773_585_000_000_000)
    /// Who calls unless a test says otherwise.
    static let caller = "192.0.2.7"

    static let migrated = DatabaseTemplate("accounts", prepare: migrate)

    /// Brings a database to the newest schema.
    @Sendable static func migrate(_ url: String) async throws {
        let database = PostgresClient(configuration: try PostgresConfiguration(url: url), logger: .init(label: "test"))
        try await Migrator(database: database).up(now: Clock.system.now())
        await database.close()
    }

    /// Runs a test on a fresh database and an empty Redis.
    /// - Parameters:
    ///   - variables: settings over the defaults, without the prefix `TBG_`; rate limits are a thousandfold unless given.
    ///   - random: replaces the seeded source of chance.
    ///   - departures: what other features do when an account departs.
    static func run(
        _ variables: [String: String] = [:],
        random: RandomSource = .seeded(1),
        keys: CurrentKeyRing? = nil,
        logs: LogQueue = LogQueue(),
        departures: [any DepartureObserver] = [],
        _ body: @Sendable (AccountsRig) async throws -> Void
    ) async throws {
        try await withDatabase(template: migrated) { database in
            try await withRedis { redis in
                try await run(
                    databaseURL: database.url,
                    redisURL: redis.url,
                    variables,
                    random: random,
                    keys: keys,
                    logs: logs,
                    departures: departures,
                    body
                )
            }
        }
    }

    /// The same on servers of the test's own, which it may stop.
    static func run(
        databaseURL: String,
        redisURL: String,
        _ variables: [String: String] = [:],
        random: RandomSource = .seeded(1),
        keys: CurrentKeyRing? = nil,
        logs: LogQueue = LogQueue(),
        departures: [any DepartureObserver] = [],
        _ body: @Sendable (AccountsRig) async throws -> Void
    ) async throws {
        try await TestSlots.with { try await perform(databaseURL, redisURL, variables, random, keys, logs, departures, body) }
    }

    private static func perform(
        _ databaseURL: String,
        _ redisURL: String,
        _ variables: [String: String],
        _ random: RandomSource,
        _ keys: CurrentKeyRing?,
        _ logs: LogQueue,
        _ departures: [any DepartureObserver],
        _ body: @Sendable (AccountsRig) async throws -> Void
    ) async throws {
        var names = [
            "ENVIRONMENT": "test", "DATABASE_URL": databaseURL, "REDIS_URL": redisURL, "LOG_LEVEL": "error", "RATE_LIMIT_SCALE": "1000",
            "TRUSTED_PROXIES": "127.0.0.1", "DATABASE_POOL_MIN": "1", "DATABASE_POOL_MAX": "8",
            "JWT_PRIVATE_KEY": try TestKeys.a.privatePEM,
            "SESSION_KEY": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "PRIVACY_HASH_KEY": "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
        ]
        names.merge(variables) { $1 }
        let source = Dictionary(uniqueKeysWithValues: names.map { ("TBG_" + $0.key, $0.value) })
        let clock = ManualClock(start)
        let runtime = try Runtime(
            settings: try Settings(EnvironmentSource(source)),
            role: "test",
            metrics: PrometheusRegistry(descriptions: MetricTable.all),
            clock: clock.clock,
            random: random,
            logs: logs
        )
        do {
            try await runtime.redis.connect()
            try await body(try await AccountsRig(runtime: runtime, clock: clock, keys: keys, departures: departures))
        } catch {
            await runtime.close()
            throw error
        }
        await runtime.close()
    }

    private init(runtime: Runtime, clock: ManualClock, keys: CurrentKeyRing?, departures: [any DepartureObserver]) async throws {
        self.runtime = runtime
        self.clock = clock
        let settings = runtime.settings
        let ring =
            if let keys { keys } else {
                CurrentKeyRing(try await KeyRing.load(try KeyRingFiles(settings.tokens) { throw KeyRing.Failure.noSigningKey }))
            }
        services = AccountsServices(runtime: runtime, keys: ring, departures: departures)
        var table = RouteTable<AppContext>()
        AccountsRoutes.add(to: &table, services: services, users: UsersServices(runtime: runtime, accounts: services))
        descriptions = table.descriptions
        let gate = ServiceGate(
            authenticator: services.authenticator,
            limiter: services.limiter,
            schema: SchemaGuard(migrator: Migrator(database: runtime.database)),
            trustedProxies: settings.http.trustedProxies.compactMap { AddressRange($0) },
            subjects: SubjectHash(settings.tokens, random: runtime.random),
            network: settings.network.bitcoin,
            prechecks: EmailRoutes.prechecks(settings.mail)
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
    func call(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: JSONObject? = nil,
        token: String? = nil,
        headers: HTTPFields = HTTPFields(),
        from address: String = caller
    ) async throws -> RigAnswer {
        let channel = NIOAsyncTestingChannel()
        channel.remoteAddress = try SocketAddress(ipAddress: "127.0.0.1", port: 50_000)
        var fields = headers
        if let token { fields[.authorization] = "Bearer \(token)" }
        if let forwarded = HTTPField.Name("X-Forwarded-For") { fields[forwarded] = address }
        // Given, so that a request takes nothing from the source of chance.
        if let requestID = HTTPField.Name("X-Request-Id"), fields[requestID] == nil { fields[requestID] = "rig-request" }
        fields[.contentType] = "application/json"
        var bytes = ByteBuffer()
        if let body {
            var writer = JSONWriter()
            JSONValue.object(body).encode(to: &writer)
            bytes = writer.buffer
            fields[.contentLength] = String(bytes.readableBytes)
        }
        let head = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path, headerFields: fields)
        let context = AppContext(source: ApplicationRequestContextSource(channel: channel, logger: runtime.logger))
        let response = await responder.respond(to: Request(head: head, body: RequestBody(buffer: bytes)), context: context)
        let collected = CollectedBody()
        try await response.body.write(collected)
        _ = try? await channel.finish()
        return RigAnswer(status: response.status.code, headers: response.headers, bytes: collected.buffer.value)
    }

    /// A challenge for a wallet.
    func challenge(_ wallet: Wallet, from address: String = caller) async throws -> (nonce: String, message: String) {
        let answer = try await call(.post, "/api/v1/auth/challenge", ["btc_address": .string(wallet.address)], from: address)
        try #require(answer.status == 200, "\(answer.text)")
        return (try #require(answer.string("nonce")), try #require(answer.string("message")))
    }

    /// Presents a signature.
    func verify(
        _ wallet: Wallet,
        nonce: String,
        signature: String,
        _ more: JSONObject = [:],
        from address: String = caller
    ) async throws -> RigAnswer {
        var body: JSONObject = ["btc_address": .string(wallet.address), "signature": .string(signature), "nonce": .string(nonce)]
        for (name, value) in more { body[name] = value }
        return try await call(.post, "/api/v1/auth/verify", body, from: address)
    }

    /// The whole sign-in of a wallet.
    func signIn(_ wallet: Wallet, from address: String = caller) async throws -> RigSession {
        let (nonce, message) = try await challenge(wallet, from: address)
        let answer = try await verify(wallet, nonce: nonce, signature: try wallet.sign(message), from: address)
        try #require(answer.status == 200, "\(answer.text)")
        return try RigSession(answer)
    }

    /// One number from the database.
    func number(_ sql: SQL) async throws -> Int64 {
        try await runtime.database.query(sql).value(Int64.self) ?? -1
    }
}

/// What a call answered.
struct RigAnswer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: ByteBuffer

    var text: String { String(buffer: bytes) }
    var json: JSONValue { (try? JSONParser(maximumDepth: 32).parse(bytes.readableBytesView)) ?? .null }
    /// The code of an error.
    var code: String? { string("code") }

    /// A member by its dotted path.
    subscript(path: String) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(json)) { value, name in value?.objectValue?[String(name)] }
    }

    func string(_ path: String) -> String? { self[path]?.stringValue }
    func integer(_ path: String) -> Int64? { self[path]?.int64Value }
    func bool(_ path: String) -> Bool? { self[path]?.boolValue }
}

/// The tokens of a signed-in caller.
struct RigSession: Sendable {
    let accessToken: String
    let refreshToken: String
    let user: UserID

    init(_ answer: RigAnswer) throws {
        accessToken = try #require(answer.string("access_token"), "\(answer.text)")
        refreshToken = try #require(answer.string("refresh_token"))
        user = UserID(try #require(answer.integer("user.id")))
    }
}

/// Gathers a response's body.
private struct CollectedBody: ResponseBodyWriter {
    let buffer = SharedBuffer(ByteBuffer())

    mutating func write(_ part: ByteBuffer) async throws { buffer.append(part) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
