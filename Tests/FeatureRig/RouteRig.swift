package import API
package import Accounts
import Foundation
package import GameRules
package import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOEmbedded
package import Platform
package import Postgres

/// Routes behind the real pipeline, gate, PostgreSQL and Redis, in process, and users who call them.
package struct RouteRig: Sendable {
    package let runtime: Runtime
    package let clock: ManualClock
    package let accounts: AccountsServices
    private let responder: PipelineResponder

    /// - Parameters:
    ///   - accounts: by default one whose keys are the settings'.
    ///   - departures: what other features do when an account departs.
    ///   - addRoutes: adds those under test beside those of accounts.
    package init(
        runtime: Runtime,
        clock: ManualClock,
        accounts: AccountsServices? = nil,
        departures: [any DepartureObserver] = [],
        prechecks: [String: ServiceGate.Precheck] = [:],
        foresights: [String: Foresight] = [:],
        addRoutes: (inout RouteTable<AppContext>) throws -> Void = { _ in }
    ) async throws {
        let settings = runtime.settings
        let services: AccountsServices
        if let accounts {
            services = accounts
        } else {
            let ring = try await KeyRing.load(try KeyRingFiles(settings.tokens) { throw KeyRing.Failure.noSigningKey })
            services = AccountsServices(
                runtime: runtime,
                keys: CurrentKeyRing(ring),
                limiterPatience: .seconds(10),
                departures: departures
            )
        }
        var table = RouteTable<AppContext>()
        AccountsRoutes.add(to: &table, services: services, users: UsersServices(runtime: runtime, accounts: services))
        try addRoutes(&table)
        let gate = ServiceGate(
            authenticator: services.authenticator,
            limiter: services.limiter,
            schema: SchemaGuard(migrator: Migrator(database: runtime.database)),
            trustedProxies: settings.http.trustedProxies.compactMap { AddressRange($0) },
            subjects: SubjectHash(settings.tokens, random: runtime.random),
            network: settings.network.bitcoin,
            prechecks: prechecks,
            foresights: foresights
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
        self.runtime = runtime
        self.clock = clock
        self.accounts = services
    }

    // MARK: Calling

    /// One request through the whole pipeline.
    /// - Parameters:
    ///   - path: with its query, percent-encoded.
    ///   - token: of a caller.
    ///   - key: an API key.
    package func call(
        _ method: HTTPRequest.Method = .get,
        _ path: String,
        _ body: JSONObject? = nil,
        token: String? = nil,
        key: String? = nil,
        headers: HTTPFields = HTTPFields()
    ) async throws -> RouteAnswer {
        let channel = NIOAsyncTestingChannel()
        channel.remoteAddress = try SocketAddress(ipAddress: "127.0.0.1", port: 50_000)
        var fields = headers
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
        return RouteAnswer(status: response.status.code, headers: response.headers, bytes: collected.buffer)
    }

    /// A request of a user.
    package func get(_ path: String, by caller: RouteCaller) async throws -> RouteAnswer {
        try await call(.get, path, token: token(of: caller))
    }

    // MARK: Users

    /// A signed-in user of an address.
    /// - Parameter isVerified: whether the address counts as proven.
    package func user(_ address: String, isVerified: Bool = true) async throws -> RouteCaller {
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
        guard let user = try rows.value(UserID.self) else { throw RigFailure("no user was made") }
        return RouteCaller(user: user, address: address, token: try await token(of: user), signedInAt: now)
    }

    /// A token that is good at present, however far the clock was moved.
    package func token(of caller: RouteCaller) async throws -> String {
        clock.now == caller.signedInAt ? caller.token : try await token(of: caller.user)
    }

    private func token(of user: UserID) async throws -> String {
        let now = clock.now
        let opened = try await runtime.database.transaction { transaction in
            try await accounts.sessions.open(for: user, method: .wallet, origin: .none, now: now, in: transaction)
        }
        guard let account = try await accounts.profiles.account(user) else { throw RigFailure("there is no user \(user)") }
        return try await accounts.tokens.answer(opened, account: account, at: now).accessToken
    }

    /// An API key of a user, made over the API.
    /// - Parameter scopes: such as `read`.
    package func key(of caller: RouteCaller, scopes: [String]) async throws -> String {
        let body: JSONObject = ["name": "rig", "permissions": .array(scopes.map { .string($0) })]
        let answer = try await call(.post, "/api/v1/users/me/api-keys", body, token: caller.token)
        guard answer.status == 200, let key = answer["key"]?.stringValue else { throw RigFailure(answer.text) }
        return key
    }

    // MARK: The database

    /// Changes what the database holds.
    package func execute(_ sql: SQL) async throws { _ = try await runtime.database.query(sql, access: .write) }

    /// One number from the database.
    package func number(_ sql: SQL) async throws -> Int64 { try await runtime.database.query(sql).value(Int64.self) ?? -1 }

    /// One text from the database.
    package func text(_ sql: SQL) async throws -> String? { try await runtime.database.query(sql).value(String?.self) ?? nil }
}

/// A user who calls.
package struct RouteCaller: Sendable {
    package let user: UserID
    package let address: String
    package let token: String
    package let signedInAt: Instant
}

/// The rig could not do what a test takes for granted.
package struct RigFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
