import Foundation
import Glibc

/// A private PostgreSQL cluster: a child process with its data in a folder of its own, reachable through a Unix socket alone.
///
/// When this process is root the server runs as the system's `postgres` account. The cluster ends with this process, also when this process is
/// killed, and the next start recovers it.
public actor PostgresCluster {
    /// The superuser and owner of everything in the cluster.
    public static let user = "tbg"

    private static let socketName = ".s.PGSQL.5432"

    private let requestedDirectory: String
    private let settings: PostgresSettings
    private let requestedLogPath: String?
    private var lock: DirectoryLock?
    private var home: ServerHome?
    private var installation: PostgresInstallation?
    private var account: ServiceAccount?

    /// The server process while it is meant to run.
    public private(set) var process: ChildProcess?

    /// - Parameters:
    ///   - directory: folder of the cluster, created when missing; an existing cluster in it is used.
    ///   - settings: tuning.
    ///   - logPath: the server's log; `postgres.log` in the folder by default.
    public init(directory: String, settings: PostgresSettings = PostgresSettings(), logPath: String? = nil) {
        requestedDirectory = SystemCall.absolute(directory)
        self.settings = settings
        requestedLogPath = logPath
    }

    /// Creates the cluster where there is none, starts the server and waits until it accepts connections.
    ///
    /// Called again after the server died, it removes what a killed server leaves behind and starts it anew.
    @discardableResult
    public func start() async throws -> ChildProcess {
        if let process, process.isRunning { return process }
        let home = try await prepare()
        let data = home.directory + "/data"
        let installation = try PostgresInstallation.find(majorVersion: PostgresData.majorVersion(of: data))
        self.installation = installation
        try await ProcessTable.evict(from: data, programPrefix: "postgres", signal: SIGQUIT, grace: .seconds(6))
        try await PostgresData.create(at: data, installation: installation, account: account, isDurable: settings.isDurable)
        PostgresData.removeStaleLocks(data: data, socket: "\(home.socketDirectory)/\(Self.socketName)")

        let process = try await ChildProcess.start(
            Command(
                installation.program("postgres"),
                ["-D", data] + settings.arguments(socketDirectory: home.socketDirectory, timescale: installation.offersTimescale),
                workingDirectory: data,
                logPath: logPath(home),
                parentDeathSignal: .quit,
                account: account
            )
        )
        self.process = process
        try await waitUntilReady(process, data: data, logPath: logPath(home))
        return process
    }

    /// Stops the server: sessions are cut, everything committed is on disk. SIGKILL after `grace`.
    public func stop(grace: Duration = .seconds(5)) async {
        await process?.stop(signal: SIGINT, grace: grace)
        process = nil
        lock = nil
    }

    /// Connection URL of a database, as `DATABASE_URL` takes it (spec 01 §2).
    public func url(database: String) throws -> String {
        "postgres://\(Self.user)@/\(database)?host=\(URLText.queryValue(try socketDirectory()))"
    }

    /// The folder of the server's socket.
    public func socketDirectory() throws -> String {
        guard let home else { throw LocalServerError.notStarted(program: "postgres") }
        return home.socketDirectory
    }

    /// Creates a database unless it exists. `name` is an identifier of ours, never input.
    public func createDatabase(_ name: String) async throws {
        let url = try url(database: "postgres")
        if try await psql(url, "select 1 from pg_database where datname = '\(name)'").isEmpty {
            try await psql(url, "create database \"\(name)\"")
        }
    }

    /// Runs one statement with this installation's `psql` and returns its rows as unaligned text.
    @discardableResult
    public func psql(_ url: String, _ statement: String) async throws -> String {
        let program = try installation?.program("psql") ?? Programs.find("psql", debianPackage: "postgresql-client-15")
        return try await Psql(program: program).run(statement, on: url)
    }

    private func logPath(_ home: ServerHome) -> String { requestedLogPath ?? home.directory + "/postgres.log" }

    private func prepare() async throws -> ServerHome {
        if let home, lock != nil { return home }
        let account = try ServiceAccount.forDatabase()
        try SystemCall.makeDirectory(requestedDirectory)
        lock = try DirectoryLock(directory: requestedDirectory)
        let directory = try await ServerHome.reachable(SystemCall.resolved(requestedDirectory), by: account)
        let home = ServerHome.plan(directory: directory, socketName: Self.socketName + ".lock")
        try home.create(for: account)
        self.account = account
        self.home = home
        return home
    }

    private func waitUntilReady(_ process: ChildProcess, data: String, logPath: String) async throws {
        // Crash recovery of a large cluster takes its time; a server that fails ends instead.
        let limitSeconds = 120
        let deadline = ContinuousClock.now + .seconds(limitSeconds)
        while !PostgresData.isReady(data, pid: process.pid) {
            guard process.isRunning else {
                throw LocalServerError.failed(
                    program: "postgres",
                    status: await process.exitStatus(),
                    output: LogTail.end(ofFile: logPath)
                )
            }
            guard ContinuousClock.now < deadline else {
                await process.stop(signal: SIGQUIT, grace: .seconds(5))
                throw LocalServerError.notReady(program: "postgres", seconds: limitSeconds, output: LogTail.end(ofFile: logPath))
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
