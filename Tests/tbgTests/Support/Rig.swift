import API
import Accounts
import CoreMetrics
import CryptoExtras
import GameRules
import Logging
import NIOCore
import Postgres
import Prometheus
import ServiceLifecycle
import Synchronization
import TestServers
import Testing

@testable import Platform
@testable import tbg

/// The API role as it runs in production, on real servers and a port of its own; only the clock is the test's.
struct Rig: Sendable {
    let runtime: Runtime
    let server: APIServer
    let clock: ManualClock
    let wire: Wire
    let logs: LogCapture
    let metrics: PrometheusRegistry

    /// Where the clock stands at first: the beginning of a minute.
    static let start = Instant(millisecondsSinceUnixEpoch: 1_772_020_800_000)

    static let migrated = DatabaseTemplate("tbg") { url in
        let database = PostgresClient(configuration: try PostgresConfiguration(url: url), logger: Logger(label: "test"))
        try await Migrator(database: database).up(now: start)
        await database.close()
    }

    static let signingKey = (try? _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation) ?? ""

    /// Runs `body` against a server on a fresh database and Redis.
    /// - Parameters:
    ///   - variables: beside those of a quiet test server; names without `TBG_`.
    ///   - database: URL of another database; by default a migrated one.
    ///   - redis: URL of another Redis.
    static func run(
        _ variables: [String: String] = [:],
        database: String? = nil,
        redis: String? = nil,
        deadlines: RequestDeadlines = RequestDeadlines(),
        addRoutes: @escaping @Sendable (inout RouteTable<AppContext>) -> Void = { _ in },
        _ body: @escaping @Sendable (Rig) async throws -> Void
    ) async throws {
        if let database, let redis {
            return try await serve(variables, database, redis, deadlines, addRoutes, body)
        }
        if let database {
            return try await withRedis { try await serve(variables, database, $0.url, deadlines, addRoutes, body) }
        }
        try await withDatabase(template: migrated) { fresh in
            if let redis { return try await serve(variables, fresh.url, redis, deadlines, addRoutes, body) }
            try await withRedis { try await serve(variables, fresh.url, $0.url, deadlines, addRoutes, body) }
        }
    }

    private static func serve(
        _ variables: [String: String],
        _ database: String,
        _ redis: String,
        _ deadlines: RequestDeadlines,
        _ addRoutes: @escaping @Sendable (inout RouteTable<AppContext>) -> Void,
        _ body: @escaping @Sendable (Rig) async throws -> Void
    ) async throws {
        let settings = try Settings(EnvironmentSource(environment(variables, database, redis)))
        let metrics = PrometheusRegistry(descriptions: MetricTable.all)
        let logs = LogCapture()
        let clock = ManualClock(start)
        try await withMetricsFactory(metrics) {
            let runtime = try Runtime(
                settings: settings,
                role: "api",
                metrics: metrics,
                clock: clock.clock,
                logs: LogQueue { logs.append($0) }
            )
            // A loaded machine may keep Redis waiting; that is not what these tests are about.
            let server = try await APIServer(
                runtime: runtime,
                deadlines: deadlines,
                limiterPatience: .seconds(10),
                addRoutes: addRoutes
            )
            let (ports, opened) = AsyncStream.makeStream(of: Int.self)
            let services = try server.services { opened.yield($0) }
            let group = ServiceGroup(
                configuration: .init(
                    services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
                    logger: Logger(label: "group") { _ in SwiftLogNoOpLogHandler() }
                )
            )
            let running = Task {
                defer { opened.finish() }
                try await group.run()
            }
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else { return try await running.value }
            let rig = Rig(runtime: runtime, server: server, clock: clock, wire: Wire(port: port), logs: logs, metrics: metrics)
            let result: Result<Void, any Error>
            do { result = .success(try await body(rig)) } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await running.value
            try result.get()
        }
    }

    static func environment(_ variables: [String: String], _ database: String, _ redis: String) -> [String: String] {
        var all = [
            "ENVIRONMENT": "test", "HOST": "127.0.0.1", "PORT": "0", "METRICS_PORT": "0", "DRAIN_SECONDS": "0", "LOG_LEVEL": "debug",
            "DATABASE_URL": database, "REDIS_URL": redis, "DATABASE_POOL_MIN": "1", "DATABASE_POOL_MAX": "6",
            "DATABASE_ACQUIRE_SECONDS": "30",
            "JWT_PRIVATE_KEY": signingKey, "RATE_LIMIT_SCALE": "10000", "NODE_ID": "test-node",
        ]
        all.merge(variables) { $1 }
        return Dictionary(uniqueKeysWithValues: all.map { ("TBG_" + $0.key, $0.value) })
    }

    /// A wallet user and a bearer header of a session of theirs.
    func user(_ address: String, isBanned: Bool = false) async throws -> (id: UserID, token: String, header: (String, String)) {
        let rows = try await runtime.database.query(
            """
            insert into users (btc_address, is_banned, created_at, updated_at) values (\(address), \(isBanned), \(clock.now), \(clock.now))
            returning id
            """,
            access: .write
        )
        let id = try #require(try rows.value(UserID.self))
        let token = try await server.accounts.tokens.issue(
            user: id,
            address: address,
            session: try #require(SessionID(runtime.random.uuidText())),
            sessionVersion: 0,
            method: .wallet,
            at: clock.now
        )
        return (id, token, ("Authorization", "Bearer " + token))
    }

    /// The value of a series on the metrics page; nil when it is not there.
    func metric(_ series: String) -> Double? {
        for line in String(decoding: metrics.render(), as: UTF8.self).split(separator: "\n") where line.hasPrefix(series + " ") {
            return Double(line.dropFirst(series.count + 1))
        }
        return nil
    }
}

/// The lines a server has logged.
final class LogCapture: Sendable {
    private let lines = Mutex<[String]>([])

    /// Takes whole lines, one or several.
    func append(_ text: [UInt8]) {
        lines.withLock { $0 += String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init) }
    }

    /// Every line so far, as JSON objects.
    var events: [JSONValue] { text.compactMap { try? JSONParser().parse(Array($0.utf8)) } }
    var text: [String] { lines.withLock { $0 } }
}

extension Rig {
    /// The log lines of one request, everything logged before this call included.
    func events(of requestID: String?) -> [JSONValue] {
        runtime.logs.flush()
        return logs.events.filter { $0["request_id"]?.stringValue == requestID }
    }
}

/// Waits for a condition that others bring about; fails after a generous limit.
func eventually(_ what: String, limit: Duration = .seconds(60), _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("did not come true: \(what)")
}

/// What every answer must carry (spec 11 §12, 01 §4).
func expectCommonHeaders(_ answer: Answer, _ what: Comment) {
    #expect(answer.headers.count { $0.name == "x-request-id" } == 1, what)
    #expect(answer.requestID?.utf8.count ?? 0 >= 8, what)
    #expect(answer["x-content-type-options"] == "nosniff", what)
    #expect(answer["x-frame-options"] == "DENY", what)
    #expect(answer["referrer-policy"] == "strict-origin-when-cross-origin", what)
    #expect(answer["permissions-policy"] == "camera=(), microphone=(), geolocation=()", what)
    #expect(answer["content-security-policy"]?.hasPrefix("default-src 'none'") == true, what)
    #expect(answer["cross-origin-resource-policy"] != nil, what)
    #expect(answer["cache-control"] != nil, what)
    #expect(answer["server"] == nil, what)
}

/// The error envelope (spec 01 §6) and the headers that belong to its status.
func expectEnvelope(_ answer: Answer, _ status: Int, _ code: String? = nil, _ what: Comment = "") {
    #expect(answer.status == status, what)
    #expect(answer["content-type"] == "application/json; charset=utf-8", what)
    #expect(answer.json?["detail"]?.stringValue?.isEmpty == false, what)
    #expect(answer.code?.isEmpty == false, what)
    if let code { #expect(answer.code == code, what) }
    #expect(answer.json?["request_id"]?.stringValue == answer.requestID, what)
    #expect((answer.json?["errors"] != nil) == (answer.code == "validation_error"), what)
    if status == 401 { #expect(answer["www-authenticate"]?.hasPrefix("Bearer") == true, what) }
    if status == 405 { #expect(answer["allow"]?.contains("OPTIONS") == true, what) }
    if status == 429 || status == 503 { #expect((answer["retry-after"].flatMap { Int($0) } ?? 0) >= 1, what) }
    expectCommonHeaders(answer, what)
}
