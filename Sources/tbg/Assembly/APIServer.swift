import API
import Accounts
import Dashboard
import Feed
import Gamification
import HTTPTypes
import Hummingbird
import Logging
import Mining
import NIOCore
import NIOPosix
import Platform
import Prometheus
import Public
import ServiceLifecycle
import WebSockets

/// Plugs the features' routes together into the API role. This is the one place that knows all of them.
struct APIServer {
    let runtime: Runtime
    let readiness: Readiness
    let table: RouteTable<AppContext>
    let hub: Hub
    private let dashboard: DashboardServices
    let accounts: AccountsServices
    let deadlines: RequestDeadlines
    private let keyFiles: KeyRingFiles
    private let gate: ServiceGate
    private let errors: ErrorMapping
    private let cors: CORSPolicy

    /// - Parameters:
    ///   - deadlines: how long a request may take.
    ///   - limiterPatience: how long Redis may take to count a request.
    ///   - addRoutes: adds routes before the documentation is made; for tests.
    init(
        runtime: Runtime,
        deadlines: RequestDeadlines = RequestDeadlines(),
        limiterPatience: TimeAmount = .milliseconds(50),
        addRoutes: (inout RouteTable<AppContext>) -> Void = { _ in }
    ) async throws {
        self.runtime = runtime
        let settings = runtime.settings
        let migrator = Migrator(database: runtime.database, timescale: settings.database.timescale)
        let readiness = Readiness(database: runtime.database, redis: runtime.redis, migrator: migrator, clock: runtime.clock)
        let files = try KeyRingFiles(settings.tokens, refusesPublishedKeys: settings.environment == .production) {
            try DevelopmentKey.generate(settings, runtime.logger)
        }
        let accounts = AccountsServices(
            runtime: runtime,
            keys: CurrentKeyRing(try await KeyRing.load(files)),
            limiterPatience: limiterPatience,
            departures: Departures.observers(runtime)
        )
        let hub = Hub(
            redis: runtime.redis,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            clock: runtime.clock,
            random: runtime.random,
            node: runtime.identity.node
        )
        let dashboard = DashboardServices(runtime: runtime)
        let cors = CORSPolicy(origins: settings.http.corsOrigins)

        table = try Self.routes(
            settings: settings,
            readiness: readiness,
            accounts: accounts,
            users: UsersServices(runtime: runtime, accounts: accounts),
            hub: hub,
            feed: ActivityFeed(runtime: runtime),
            events: UpcomingEvents(runtime: runtime, personal: [StreakEvents(runtime: runtime)]),
            mining: MiningServices(runtime: runtime),
            gamification: try GamificationServices(runtime: runtime),
            dashboard: dashboard,
            random: runtime.random,
            addRoutes: addRoutes
        )
        gate = ServiceGate(
            authenticator: accounts.authenticator,
            limiter: accounts.limiter,
            schema: SchemaGuard(migrator: migrator),
            trustedProxies: settings.http.trustedProxies.compactMap { AddressRange($0) },
            subjects: SubjectHash(settings.tokens, random: runtime.random),
            network: settings.network.bitcoin,
            prechecks: FeedRoutes.prechecks(cors: cors, hub: hub, maximumSockets: settings.realtime.maximumSocketsPerNode)
                .merging(EmailRoutes.prechecks(settings.mail)) { first, _ in first },
            foresights: MiningRoutes.foresights
        )
        self.accounts = accounts
        keyFiles = files
        errors = ErrorMapping(constraints: Self.constraintErrors, random: runtime.random, logger: runtime.logger)
        self.readiness = readiness
        self.hub = hub
        self.dashboard = dashboard
        self.deadlines = deadlines
        self.cors = cors
    }

    /// The named conflicts of all features (spec 01 §6): one line each.
    static let constraintErrors = ConstraintErrors(joining: [])

    /// Every route of the service, in the order of the documentation.
    static func routes(
        settings: Settings,
        readiness: Readiness,
        accounts: AccountsServices,
        users: UsersServices,
        hub: Hub,
        feed: ActivityFeed,
        events: UpcomingEvents,
        mining: MiningServices,
        gamification: GamificationServices,
        dashboard: DashboardServices,
        random: RandomSource,
        addRoutes: (inout RouteTable<AppContext>) -> Void = { _ in }
    ) throws -> RouteTable<AppContext> {
        var table = RouteTable<AppContext>()
        MetaRoutes.add(to: &table, readiness: readiness, settings: settings)
        AccountsRoutes.add(to: &table, services: accounts, users: users)
        MiningRoutes.add(to: &table, services: mining)
        GamificationRoutes.add(to: &table, services: gamification)
        ActivityRoutes.add(to: &table, feed: feed, events: events)
        DashboardRoutes.add(to: &table, services: dashboard)
        FeedRoutes.add(to: &table, hub: hub, maximumSockets: settings.realtime.maximumSocketsPerNode)
        PublicRoutes.add(to: &table, settings: settings)
        addRoutes(&table)
        try DocumentationRoutes.add(to: &table, settings: settings, random: random)
        return table
    }

    /// Slow clients are told so (spec 04 §7.4), and a node that stops lets its clients come back one after another elsewhere (§7.2).
    static func socketLimits(_ settings: HTTPSettings) -> WebSocketConfiguration {
        var limits = WebSocketConfiguration()
        limits.writeStallTimeout = .seconds(10)
        limits.writeStallCode = WebSocketCloseCode(4008)
        limits.shutdownSpread = .seconds(Int64(min(10, settings.drainSeconds * 2)))
        return limits
    }

    /// The services of the role, in the order they start; they stop in reverse.
    /// - Parameter onListening: called with the port once it is open.
    func services(onListening: @escaping @Sendable (Int) -> Void = { _ in }) throws -> [any Service] {
        let settings = runtime.settings
        let logger = runtime.logger
        let responder = PipelineResponder(
            routes: try RouteResponder(
                table,
                gate: gate,
                mapError: { [errors] error, _, context in errors.apiError(for: error, requestID: context.requestID) },
                shouldRetry: { [errors] error, attempt in await errors.shouldRetry(error, attempt: attempt) }
            ),
            cors: cors,
            deadlines: deadlines,
            runtime: runtime,
            observers: FeedRoutes.observers
        )
        var http = HTTPConnectionConfiguration()
        http.rejectionContent = { responder.content(of: $0) }
        http.additionalChannelHandlers = { [CloseAfterResponseHandler()] }
        let sockets = WebSocketServer(configuration: Self.socketLimits(settings.http), http: http)
        runtime.metrics.register(gauge: "tbg_ws_active_connections") { Double(sockets.count) }
        var quiet = logger
        quiet.logLevel = max(quiet.logLevel, .warning)
        let application = Application(
            responder: responder,
            server: .http1WithWebSockets(sockets),
            configuration: .init(address: .hostname(settings.http.host, port: settings.http.port), backlog: 4096),
            services: [sockets],
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? settings.http.port) },
            logger: quiet
        )
        var services: [any Service] = [FoundationService(runtime: runtime)]
        if settings.http.metricsPort > 0 {
            services.append(
                MetricsServer(registry: runtime.metrics, host: settings.http.metricsHost, port: settings.http.metricsPort, logger: logger)
            )
        }
        services.append(RedisPolicyWatch(redis: runtime.redis, isProduction: settings.environment == .production, logger: logger))
        services.append(KeyRingReloader(files: keyFiles, current: accounts.keys, requests: ReloadSignal.stream(), logger: logger))
        services.append(accounts.apiKeys.uses)
        services.append(accounts.apiKeys.revocations)
        services.append(
            StatsAggregatorService(
                aggregator: StatsAggregator(runtime: runtime, stats: dashboard.stats, audience: hub),
                clock: runtime.clock
            )
        )
        services.append(SocketStandingService(hub: hub, standing: accounts.standing, clock: runtime.clock, logger: logger))
        services.append(SocketPresenceService(hub: hub))
        services.append(deadlines)
        services.append(application)
        services.append(
            DrainService(readiness: readiness, deadlines: deadlines, seconds: settings.http.drainSeconds, logger: logger) {
                [hub] in hub.drain()
            }
        )
        return services
    }
}
