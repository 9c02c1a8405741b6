import API
import Bitcoin
import FeatureRig
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
    private let routes: RouteRig

    /// Where the clock starts: the instant of the golden sign-in messages.
    static let start = Instant(microsecondsSinceUnixEpoch: 1_773_585_000_000_000)
    /// Who calls unless a test says otherwise.
    static let caller = "192.0.2.7"

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
        try await withDatabase(template: TestRuntime.migrated) { database in
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
        var all = [
            "RATE_LIMIT_SCALE": "1000", "TRUSTED_PROXIES": "127.0.0.1", "JWT_PRIVATE_KEY": try TestKeys.a.privatePEM,
            "PRIVACY_HASH_KEY": "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
        ]
        all.merge(variables) { $1 }
        try await TestRuntime.run(database: databaseURL, redis: redisURL, all, at: start, random: random, logs: logs) { runtime, clock in
            try await body(try await AccountsRig(runtime: runtime, clock: clock, keys: keys, departures: departures))
        }
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
        var descriptions: [RouteDescription] = []
        routes = try await RouteRig(
            runtime: runtime,
            clock: clock,
            accounts: services,
            prechecks: EmailRoutes.prechecks(settings.mail)
        ) { descriptions = $0.descriptions }
        self.descriptions = descriptions
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
        var fields = headers
        if let forwarded = HTTPField.Name("X-Forwarded-For") { fields[forwarded] = address }
        // Given, so that a request takes nothing from the source of chance.
        if let requestID = HTTPField.Name("X-Request-Id"), fields[requestID] == nil { fields[requestID] = "rig-request" }
        fields[.contentType] = "application/json"
        return try await routes.call(method, path, body, token: token, headers: fields)
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
typealias RigAnswer = RouteAnswer

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
