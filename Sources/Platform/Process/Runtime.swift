package import Logging
package import NIOCore
import NIOPosix
package import Postgres
package import Prometheus
package import Redis

/// What every role of a process stands on: settings, clock, chance, logs, metrics, database and Redis. Made once, passed down.
package struct Runtime: Sendable {
    package let settings: Settings
    package let identity: ProcessIdentity
    package let clock: Clock
    package let random: RandomSource
    package let logger: Logger
    package let logs: LogQueue
    package let metrics: PrometheusRegistry
    /// How the database is reached, for tools that open connections of their own.
    package let databaseConfiguration: PostgresConfiguration
    package let database: PostgresClient
    package let redis: RedisClient
    package let publisher: Publisher

    /// Makes the handles; nothing is connected yet, and a server that is down is no error (spec 01 §3).
    /// - Throws: for a URL that cannot be read.
    package init(
        settings: Settings,
        role: String,
        metrics: PrometheusRegistry,
        clock: Clock = .system,
        random: RandomSource = .system,
        logs: LogQueue = LogQueue(),
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws {
        self.settings = settings
        self.clock = clock
        self.random = random
        self.logs = logs
        self.metrics = metrics
        let identity = ProcessIdentity(node: settings.nodeID, role: role, boot: Hex.encode(random.bytes(4)))
        self.identity = identity
        let level = settings.logLevel.swiftLog
        logger = Logger(label: "tbg.\(role)") { _ in
            StructuredLogHandler(
                level: level,
                format: settings.logFormat,
                queue: logs,
                clock: clock,
                node: identity.node,
                version: BuildInfo.version
            )
        }

        databaseConfiguration = try PostgresConfiguration(settings.database, identity)
        database = PostgresClient(configuration: databaseConfiguration, logger: logger)

        var redis = try RedisConfiguration(url: settings.redis.url.revealed, password: settings.redis.password?.revealed)
        redis.clientName = "tbg-\(role)-\(identity.node)"
        redis.metricsPrefix = "tbg_redis"
        self.redis = RedisClient(configuration: redis, eventLoopGroup: eventLoopGroup, logger: logger)
        publisher = Publisher(redis: self.redis, clock: clock)
        ProcessMetrics.register(with: metrics, settings: settings, logs: logs)
    }

    /// Closes database and Redis and writes out the logs.
    package func close() async {
        await database.close()
        await redis.close()
        logs.flush()
    }
}

extension PostgresConfiguration {
    /// The limits of a role (spec 11 §9). Readers are part of the connections a node may open.
    init(_ settings: DatabaseSettings, _ identity: ProcessIdentity) throws(PostgresError) {
        try self.init(url: settings.url.revealed, password: settings.password?.revealed)
        let most = identity.role == "api" ? settings.poolMaximum : min(settings.poolMaximum, ConnectionBudget.workerNode)
        let lent = max(1, most - readConnections)
        poolSize = min(settings.poolMinimum, lent)...lent
        acquireTimeout = .seconds(settings.acquireSeconds)
        applicationName = "tbg-\(identity.role)-\(identity.node)"
        // A step of a migration takes as long as it takes.
        statementTimeout = identity.role == "api" ? .seconds(30) : identity.role == "migrate" ? .zero : .seconds(120)
        metricsPrefix = "tbg_db"
    }
}

extension Settings.LogLevel {
    var swiftLog: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
