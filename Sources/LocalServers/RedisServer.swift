import Foundation
import Glibc

/// A private Redis: a child process with an append-only file in a folder of its own, reachable through a Unix socket alone.
///
/// It ends with this process, also when this process is killed; at most one second of writes is lost then (appendfsync everysec).
public actor RedisServer {
    private static let socketName = "redis.sock"

    private let requestedDirectory: String
    private let databases: Int
    private let requestedLogPath: String?
    private var lock: DirectoryLock?
    private var home: ServerHome?

    /// The server process while it is meant to run.
    public private(set) var process: ChildProcess?

    /// - Parameters:
    ///   - directory: folder of the server, created when missing; existing data in it is loaded.
    ///   - databases: number of logical databases.
    ///   - logPath: the server's log; `redis.log` in the folder by default.
    public init(directory: String, databases: Int = 16, logPath: String? = nil) {
        requestedDirectory = SystemCall.absolute(directory)
        self.databases = databases
        requestedLogPath = logPath
    }

    /// Starts the server and waits until it has loaded its data. Called again after the server died, it starts it anew.
    @discardableResult
    public func start() async throws -> ChildProcess {
        if let process, process.isRunning { return process }
        let program = try Programs.find("redis-server", debianPackage: "redis-server")
        let home = try prepare()
        try await ProcessTable.evict(from: home.directory, programPrefix: "redis", signal: SIGTERM, grace: .seconds(6))
        unlink(socketPath(home))
        let process = try await ChildProcess.start(
            Command(program, arguments(home), workingDirectory: home.directory, logPath: logPath(home), parentDeathSignal: .term)
        )
        self.process = process
        try await waitUntilReady(process, home: home)
        return process
    }

    /// Stops the server after it has written its file. SIGKILL after `grace`.
    public func stop(grace: Duration = .seconds(5)) async {
        await process?.stop(signal: SIGTERM, grace: grace)
        process = nil
        lock = nil
    }

    /// Path of the server's socket.
    public func socketPath() throws -> String {
        guard let home else { throw LocalServerError.notStarted(program: "redis-server") }
        return socketPath(home)
    }

    /// Connection URL of a logical database, as `REDIS_URL` takes it.
    public func url(database: Int = 0) throws -> String {
        "unix://\(URLText.queryValue(try socketPath()))" + (database == 0 ? "" : "?db=\(database)")
    }

    private func socketPath(_ home: ServerHome) -> String { "\(home.socketDirectory)/\(Self.socketName)" }

    private func logPath(_ home: ServerHome) -> String { requestedLogPath ?? home.directory + "/redis.log" }

    private func prepare() throws -> ServerHome {
        if let home, lock != nil { return home }
        try SystemCall.makeDirectory(requestedDirectory)
        lock = try DirectoryLock(directory: requestedDirectory)
        let home = ServerHome.plan(directory: SystemCall.resolved(requestedDirectory), socketName: Self.socketName)
        try home.create(for: nil)
        self.home = home
        return home
    }

    private func arguments(_ home: ServerHome) -> [String] {
        [
            "--port", "0",
            "--unixsocket", socketPath(home),
            "--unixsocketperm", "700",
            "--dir", home.directory,
            "--databases", String(databases),
            "--appendonly", "yes",
            "--appendfsync", "everysec",
            // Rewriting the log takes a processor for as long as it lasts, and at the default of 64 MB the log of a busy pool is rewritten
            // three times a minute.
            "--auto-aof-rewrite-min-size", "512mb",
            "--save", "",
            "--maxmemory-policy", "noeviction",
            "--daemonize", "no",
            "--logfile", "",
            "--always-show-logo", "no",
        ]
    }

    private func waitUntilReady(_ process: ChildProcess, home: ServerHome) async throws {
        let limitSeconds = 60
        let deadline = ContinuousClock.now + .seconds(limitSeconds)
        while RedisProbe.answer(to: "PING", socketPath: socketPath(home)) != "+PONG" {
            guard process.isRunning else {
                throw LocalServerError.failed(
                    program: "redis-server",
                    status: await process.exitStatus(),
                    output: LogTail.end(ofFile: logPath(home))
                )
            }
            guard ContinuousClock.now < deadline else {
                await process.stop(grace: .seconds(5))
                throw LocalServerError.notReady(program: "redis-server", seconds: limitSeconds, output: LogTail.end(ofFile: logPath(home)))
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
