package import API
import HTTPTypes
import Hummingbird

/// Health and meta endpoints (spec 01 §9).
package enum MetaRoutes {
    static let health = Endpoint<NoInput, RawResponse>(
        .get,
        "/health",
        id: "health",
        tag: "Meta",
        summary: "Whether the process is alive",
        details: "Touches no dependency.",
        auth: .none,
        rate: .none,
        produces: .json(HealthStatus.jsonSchema)
    )
    static let ready = Endpoint<NoInput, Reply<ReadinessBody>>(
        .get,
        "/ready",
        id: "ready",
        tag: "Meta",
        summary: "Whether the node can serve",
        auth: .none,
        rate: .none,
        otherAnswers: [DocumentedAnswer(.serviceUnavailable, ReadinessBody.jsonSchema)]
    )
    static let version = Endpoint<NoInput, VersionBody>(
        .get,
        "/version",
        id: "version",
        tag: "Meta",
        summary: "What is running",
        auth: .none,
        rate: .none
    )

    package static func add(to table: inout RouteTable<AppContext>, readiness: Readiness, settings: Settings) {
        table.add(health) { _, _ in HealthStatus.response }
        table.add(ready) { _, _ in
            let report = await readiness.report()
            return Reply(ReadinessBody(report), status: report.isReady ? nil : .serviceUnavailable)
        }
        let body = VersionBody(
            version: BuildInfo.version,
            environment: settings.environment.rawValue,
            commit: BuildInfo.commit,
            btcNetwork: settings.network.rawValue
        )
        table.add(version) { _, _ in body }
    }
}

/// `{"status":"healthy"}`, in every state of the process.
struct HealthStatus: ResponseObject {
    let status: String

    static let fields = JSONFields<HealthStatus>().field("status", \.status, "Always `healthy`.")

    static let response: RawResponse = {
        var writer = JSONWriter()
        HealthStatus(status: "healthy").encode(to: &writer)
        return RawResponse.json(writer.buffer)
    }()
}

struct ReadinessBody: ResponseObject {
    struct Checks: ResponseObject {
        let database: String
        let redis: String
        let migrations: String

        static let fields = JSONFields<Checks>("ReadinessChecks")
            .field("database", \.database, "`ok` or `error`")
            .field("redis", \.redis, "`ok` or `error`")
            .field("migrations", \.migrations, "`ok` or `error`")
    }

    let status: String
    let checks: Checks

    init(_ report: ReadinessReport) {
        func word(_ isGood: Bool) -> String { isGood ? "ok" : "error" }
        status = report.status
        checks = Checks(database: word(report.database), redis: word(report.redis), migrations: word(report.migrations))
    }

    static let fields = JSONFields<ReadinessBody>("Readiness")
        .field("status", \.status, "`ready`, `degraded` or `draining`")
        .field("checks", \.checks)
}

struct VersionBody: ResponseObject {
    let version: String
    let environment: String
    let commit: String
    let btcNetwork: String

    static let fields = JSONFields<VersionBody>("Version")
        .field("version", \.version)
        .field("environment", \.environment)
        .field("commit", \.commit, "40 hexadecimal digits, or `unknown`")
        .field("btc_network", \.btcNetwork)
}
