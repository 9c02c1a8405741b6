import Bitcoin
import Foundation
import Glibc
import LocalServers

/// A whole instance on this machine: private PostgreSQL and Redis, schema, API, worker, collector and a simulator, all children of this process.
public actor DevelopmentStack {
    static let database = "thebitcoingame"

    /// Longest time from the start of the roles to a ready API, seconds.
    private static let readyLimitSeconds = 120
    /// Demo tokens live an hour (`JWT_ACCESS_TTL_SECONDS`); `endpoints.json` gets new ones before.
    private static let tokenRenewal = Duration.seconds(45 * 60)

    private let options: DevelopmentOptions
    private let paths: StatePaths
    private let program: String
    private let inherited = Command.currentEnvironment()
    private let say: @Sendable (String) -> Void
    private let file: EndpointsFile
    private let supervisor: Supervisor
    private let postgres: PostgresCluster
    private let redis: RedisServer
    private var claims: [PortClaim] = []
    /// Something was started or written that ``stop()`` has to end; a port in use ends before that.
    private var hasBegun = false

    /// - Parameters:
    ///   - options: the operator's choices.
    ///   - program: path of `tbg`, for the children.
    ///   - say: receives lines for the operator.
    public init(options: DevelopmentOptions, program: String, say: @escaping @Sendable (String) -> Void) {
        self.options = options
        self.program = program
        self.say = say
        let paths = StatePaths(directory: options.directory)
        let file = EndpointsFile(path: paths.endpoints, tokenPath: paths.demoToken)
        self.paths = paths
        self.file = file
        supervisor = Supervisor(report: say, publish: { file.update(pids: $0) })
        postgres = PostgresCluster(directory: paths.postgres, logPath: paths.log(of: "postgres"))
        redis = RedisServer(directory: paths.redis, logPath: paths.log(of: "redis"))
    }

    /// Starts everything, stays until the task is cancelled, and ends everything in order.
    ///
    /// - Throws: ``DevelopmentError``, `LocalServerError` or what the file system says; nothing is left running then.
    public func run() async throws {
        try FileManager.default.createDirectory(atPath: paths.directory, withIntermediateDirectories: true)
        let lock = try DirectoryLock(directory: paths.directory)
        let result: Result<Void, any Error>
        do {
            try await startAndStay()
            result = .success(())
        } catch is CancellationError {
            result = .success(())
        } catch {
            result = Task.isCancelled ? .success(()) : .failure(error)
        }
        await stop()
        withExtendedLifetime(lock) {}
        try result.get()
    }

    /// Kills every child at once.
    public nonisolated func killAll() async { await supervisor.kill(signal: SIGKILL) }

    private func startAndStay() async throws {
        let port = options.port == 0 ? try PortClaim.near(8_000, fallback: 8_001) : try PortClaim.exactly(options.port)
        claims.append(port)
        hasBegun = true
        if options.resets {
            say("removing the old state in \(paths.directory)")
            try paths.reset()
        }
        try paths.create()
        try paths.rotateLogs()
        file.remove()
        let keys = try DevelopmentKeys(directory: paths.keys)
        try await startServers()
        let environment = try await environment(keys: keys, port: port.port)
        try await migrate(environment)
        let miners = DemoUsers(seeds: keys.minerSeeds, network: network)
        try await startRoles(environment, addresses: miners.addresses)
        try await waitUntilReady(port: port.port)
        try await announceAndStay(environment, miners)
    }

    private func startServers() async throws {
        say("starting PostgreSQL and Redis in \(paths.directory)")
        let (postgres, redis) = (postgres, redis)
        async let database: Void = supervisor.start(
            .postgres,
            .init(launch: { try await postgres.start() }, terminate: { await postgres.stop(grace: $1) })
        )
        async let memory: Void = supervisor.start(
            .redis,
            .init(launch: { try await redis.start() }, terminate: { await redis.stop(grace: $1) })
        )
        _ = try await (database, memory)
        try await postgres.createDatabase(Self.database)
    }

    private func environment(keys: DevelopmentKeys, port: Int) async throws -> DevelopmentEnvironment {
        let others = try [9_101, 9_102, 9_105].map { try PortClaim.near($0, fallback: 9_200) }
        claims += others
        return DevelopmentEnvironment(
            databaseURL: try await postgres.url(database: Self.database),
            redisURL: try await redis.url(),
            collectorSocket: paths.collectorSocket,
            spoolDirectory: paths.spool,
            mailDirectory: paths.mail,
            keys: keys,
            port: port,
            metricsPort: others[0].port,
            workerMetricsPort: others[1].port,
            collectorPort: others[2].port,
            rateLimitScale: options.rateLimitScale
        )
    }

    private var network: BitcoinNetwork { inherited["TBG_BTC_NETWORK"].flatMap(BitcoinNetwork.init(rawValue:)) ?? .mainnet }

    private func migrate(_ environment: DevelopmentEnvironment) async throws {
        say("bringing the schema up to date")
        let output = try await Command(
            program,
            ["migrate", "up"],
            environment: environment.variables(for: .worker, inherited: inherited)
        ).run()
        guard output.status.isSuccess else { throw DevelopmentError.migrationFailed(String(output.text.suffix(2_000))) }
    }

    private func startRoles(_ environment: DevelopmentEnvironment, addresses: [String]) async throws {
        var arguments: [(Role, [String])] = [(.collect, ["collect"]), (.worker, ["worker"]), (.api, ["api"])]
        if options.simulates {
            arguments.append((.simulate, ["simulate", "--socket", paths.collectorSocket, "--miners", addresses.joined(separator: ",")]))
        }
        say("starting " + arguments.map(\.0.rawValue).joined(separator: ", "))
        for (role, arguments) in arguments {
            let command = Command(
                program,
                arguments,
                environment: environment.variables(for: role, inherited: inherited),
                logPath: paths.log(of: role.rawValue)
            )
            try await supervisor.start(role, .init(launch: { try await ChildProcess.start(command) }))
        }
    }

    private func waitUntilReady(port: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(Self.readyLimitSeconds)
        var nextLine = ContinuousClock.now + .seconds(5)
        while HTTPProbe.status(port: port, path: "/ready") != 200 {
            let now = ContinuousClock.now
            guard now < deadline else { throw DevelopmentError.notReady(seconds: Self.readyLimitSeconds, logs: paths.logs) }
            if now >= nextLine {
                say("waiting for the API")
                nextLine = now + .seconds(5)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func announceAndStay(_ environment: DevelopmentEnvironment, _ users: DemoUsers) async throws {
        var miners = users
        let client = SignInClient(baseURL: "http://127.0.0.1:\(environment.port)")
        var isFirst = true
        while true {
            let users = await miners.tokens(from: client, report: say)
            try Task.checkCancellation()
            let endpoints = Endpoints(
                baseURL: "http://localhost:\(environment.port)",
                wsURL: "ws://localhost:\(environment.port)/ws",
                redisURL: environment.redisURL,
                postgresURL: environment.databaseURL,
                collectorSocket: environment.collectorSocket,
                metricsURL: "http://localhost:\(environment.metricsPort)/metrics",
                pids: file.pids,
                demoUsers: users
            )
            try file.publish(endpoints)
            if isFirst {
                say(Welcome.text(endpoints: endpoints, paths: paths, program: program))
                say("ready \(endpoints.baseURL)")
            }
            isFirst = false
            try await Task.sleep(for: Self.tokenRenewal)
        }
    }

    private func stop() async {
        guard hasBegun else { return }
        say("stopping")
        file.remove()
        await supervisor.stop()
        // Servers whose start was interrupted are not the supervisor's yet.
        await postgres.stop(grace: .seconds(3))
        await redis.stop(grace: .seconds(3))
        claims = []
        say("stopped")
    }
}
