import API
import Accounts
import Feed
import HTTPTypes
import Hummingbird
import Logging
import Mining
import NIOCore
import NIOPosix
import Platform
import ServiceLifecycle
import WebSockets

/// Plugs the features' routes together into the API role. This is the one place that knows all of them.
struct APIServer {
    let runtime: Runtime
    let readiness: Readiness
    let table: RouteTable<AppContext>
    let hub: Hub
    private let gate: ServiceGate
    private let cors: CORSPolicy

    init(runtime: Runtime) async throws {
        self.runtime = runtime
        let settings = runtime.settings
        let migrator = Migrator(database: runtime.database, timescale: settings.database.timescale)
        let readiness = Readiness(database: runtime.database, redis: runtime.redis, migrator: migrator, clock: runtime.clock)
        let ring = try await KeyRing.load(settings.tokens) { try DevelopmentKey.generate(settings, runtime.logger) }
        let accounts = PrincipalCache(store: PrincipalStore(database: runtime.database), clock: runtime.clock)
        let hub = Hub(redis: runtime.redis, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: runtime.logger)
        let cors = CORSPolicy(origins: settings.http.corsOrigins)

        table = try Self.routes(
            settings: settings,
            readiness: readiness,
            ring: ring,
            hub: hub,
            mining: MiningService(database: runtime.database, redis: runtime.redis),
            random: runtime.random
        )
        gate = ServiceGate(
            authenticator: AccountsAuthenticator(verifier: TokenVerifier(ring: ring, settings: settings.tokens), accounts: accounts),
            limiter: RateLimiter(redis: runtime.redis, scale: settings.http.rateLimitScale, logger: runtime.logger),
            schema: SchemaGuard(readiness: readiness),
            trustedProxies: settings.http.trustedProxies.compactMap { AddressRange($0) },
            subjects: SubjectHash(settings.tokens, random: runtime.random),
            network: settings.network.bitcoin,
            prechecks: FeedRoutes.prechecks(cors: cors)
        )
        self.readiness = readiness
        self.hub = hub
        self.cors = cors
    }

    /// Every route of the service, in the order of the documentation.
    static func routes(
        settings: Settings,
        readiness: Readiness,
        ring: KeyRing,
        hub: Hub,
        mining: MiningService,
        random: RandomSource
    ) throws -> RouteTable<AppContext> {
        var table = RouteTable<AppContext>()
        MetaRoutes.add(to: &table, readiness: readiness, settings: settings)
        AccountsRoutes.add(to: &table, ring: ring)
        MiningRoutes.add(to: &table, service: mining)
        FeedRoutes.add(to: &table, hub: hub, maximumSockets: settings.realtime.maximumSocketsPerNode)
        try DocumentationRoutes.add(to: &table, settings: settings, random: random)
        return table
    }

    /// The services of the role, in the order they start; they stop in reverse.
    /// - Parameter onListening: called with the port once it is open.
    func services(onListening: @escaping @Sendable (Int) -> Void = { _ in }) throws -> [any Service] {
        let settings = runtime.settings
        let logger = runtime.logger
        let responder = PipelineResponder(
            routes: try RouteResponder(table, gate: gate) { error, _, context in
                ErrorMapping.apiError(for: error, requestID: context.requestID, logger: logger)
            },
            cors: cors,
            runtime: runtime
        )
        var socketLimits = WebSocketConfiguration()
        socketLimits.writeStallTimeout = .seconds(10)
        socketLimits.writeStallCode = WebSocketCloseCode(4008)
        socketLimits.shutdownSpread = .seconds(Int64(min(10, settings.http.drainSeconds * 2)))
        var http = HTTPConnectionConfiguration()
        http.rejectionContent = { HTTPRejections.content($0, random: runtime.random) }
        let sockets = WebSocketServer(configuration: socketLimits, http: http)
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
        services.append(application)
        services.append(DrainService(readiness: readiness, seconds: settings.http.drainSeconds, logger: logger))
        return services
    }
}
