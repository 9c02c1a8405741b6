import Foundation
public import LocalServers

/// The PostgreSQL and Redis that the tests of this process share.
///
/// `TEST_DATABASE_URL` and `TEST_REDIS_URL` name servers to use; without them private ones are started at the first use and end with the process
/// (spec 01 §12). Nothing here touches the system's own servers.
public enum TestServers {
    /// URL of the maintenance database, from which databases are created.
    public static func databaseURL() async throws -> String { try await SharedServers.instance.databaseURL() }

    /// URL of logical database 0. Borrow one with ``withRedis(_:)`` instead where keys must not meet.
    public static func redisURL() async throws -> String { try await SharedServers.instance.redisURL() }

    /// The program of this package, which is built beside the tests.
    public static var program: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let beside = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("tbg").path
        return FileManager.default.isExecutableFile(atPath: beside) ? beside : ".build/debug/tbg"
    }

    /// An empty folder with a short path (fit for sockets) that disappears with the process.
    public static func temporaryDirectory(_ name: String = "d") async throws -> String {
        try await SharedServers.instance.root().makeDirectory(name)
    }

    /// A cluster of one's own, for tests that stop or kill it.
    public static func withPrivateCluster<T: Sendable>(_ body: (PostgresCluster) async throws -> T) async throws -> T {
        let cluster = PostgresCluster(directory: try await temporaryDirectory("pg"), settings: .forTests)
        try await cluster.start()
        do {
            let result = try await body(cluster)
            await cluster.stop()
            return result
        } catch {
            await cluster.stop()
            throw error
        }
    }

    /// A Redis of one's own, for tests that stop or kill it.
    public static func withPrivateRedis<T: Sendable>(_ body: (RedisServer) async throws -> T) async throws -> T {
        let server = RedisServer(directory: try await temporaryDirectory("redis"))
        try await server.start()
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }
}

/// Starts each shared server once, whoever asks first.
actor SharedServers {
    static let instance = SharedServers()

    private var rootDirectory: ProcessDirectory?
    private var database: Task<String, any Error>?
    private var redis: Task<String, any Error>?
    private let environment = Command.currentEnvironment()

    /// The URL of the Redis given by the environment, nil where it is private.
    nonisolated var externalRedisURL: String? { environment["TEST_REDIS_URL"].flatMap { $0.isEmpty ? nil : $0 } }

    func root() throws -> ProcessDirectory {
        if let rootDirectory { return rootDirectory }
        let created = try ProcessDirectory()
        rootDirectory = created
        return created
    }

    func databaseURL() async throws -> String {
        if let url = environment["TEST_DATABASE_URL"], !url.isEmpty { return url }
        if let database { return try await database.value }
        let root = try root()
        let task = Task {
            let cluster = PostgresCluster(directory: try root.makeDirectory("postgres"), settings: .forTests)
            root.adopt(try await cluster.start())
            root.retain(cluster)
            return try await cluster.url(database: "postgres")
        }
        database = task
        return try await task.value
    }

    func redisURL() async throws -> String {
        if let externalRedisURL { return externalRedisURL }
        if let redis { return try await redis.value }
        let root = try root()
        let task = Task {
            let server = RedisServer(directory: try root.makeDirectory("redis"), databases: RedisLease.privateDatabases)
            root.adopt(try await server.start())
            root.retain(server)
            return try await server.url()
        }
        redis = task
        return try await task.value
    }
}
