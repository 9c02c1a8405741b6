import CryptoExtras
import Development
import Foundation
import LocalServers
import Logging
import NIOCore
import NIOPosix
import Platform
import Postgres
import Redis

/// The surroundings of one benchmark: a private PostgreSQL and Redis on Unix sockets, and roles of the service as child processes.
/// All of it ends with this process, however it ends.
struct Rig: Sendable {
    let directory: String
    let postgres: PostgresCluster
    let redis: RedisServer
    /// Environment variables every role gets.
    let variables: [String: String]

    static let database = "bench"

    /// Starts the servers, runs the body, ends everything.
    static func run<Value: Sendable>(
        _ options: RigOptions,
        postgres settings: PostgresSettings = .init(sharedBuffersMebibytes: 512, extra: ["max_wal_size": "8GB"]),
        migrated: Bool = true,
        _ body: (Rig) async throws -> Value
    ) async throws -> Value {
        let postgres = PostgresCluster(directory: options.directory + "/postgres", settings: settings)
        let redis = RedisServer(directory: options.directory + "/redis")
        do {
            try await postgres.start()
            try await redis.start()
            try await postgres.createDatabase(database)
            let rig = try await Rig(directory: options.directory, postgres: postgres, redis: redis)
            if migrated { try await rig.migrate() }
            let value = try await body(rig)
            await stop(postgres, redis)
            return value
        } catch {
            await stop(postgres, redis)
            throw error
        }
    }

    private static func stop(_ postgres: PostgresCluster, _ redis: RedisServer) async {
        await postgres.stop()
        await redis.stop()
    }

    private init(directory: String, postgres: PostgresCluster, redis: RedisServer) async throws {
        self.directory = directory
        self.postgres = postgres
        self.redis = redis
        let key = directory + "/signing-key.pem"
        try Data(try _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation.utf8).write(to: URL(fileURLWithPath: key))
        variables = [
            "TBG_ENVIRONMENT": "development",
            "TBG_HOST": "127.0.0.1",
            "TBG_METRICS_PORT": "0",
            "TBG_DATABASE_URL": try await postgres.url(database: Self.database),
            "TBG_REDIS_URL": try await redis.url(),
            "TBG_RATE_LIMIT_SCALE": "1000000",
            "TBG_DRAIN_SECONDS": "0",
            "TBG_JWT_PRIVATE_KEY_FILE": key,
            "TBG_SESSION_KEY": String(repeating: "5e", count: 32),
            "TBG_PRIVACY_HASH_KEY": String(repeating: "a7", count: 32),
        ]
    }

    /// The settings a role would read, for what is made here on its behalf.
    func settings() throws -> Settings { try Settings(EnvironmentSource(variables)) }

    /// A client of the database, made as the roles make theirs.
    func databaseClient(_ change: (inout PostgresConfiguration) -> Void = { _ in }) async throws -> PostgresClient {
        var configuration = try PostgresConfiguration(url: try await postgres.url(database: Self.database))
        change(&configuration)
        return PostgresClient(configuration: configuration, logger: Self.logger)
    }

    /// A client of Redis.
    func redisClient() async throws -> RedisClient {
        var configuration = try RedisConfiguration(url: try await redis.url())
        configuration.commandTimeout = .seconds(60)
        let client = RedisClient(configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Self.logger)
        try await client.connect()
        return client
    }

    private static let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }

    /// Brings the schema up to date with the service's own command.
    func migrate() async throws {
        try await Command(Programs.service, ["migrate", "up"], environment: variables).runSuccessfully()
    }

    /// Runs statements with `psql`, each printed row a line.
    @discardableResult
    func psql(_ statements: String...) async throws -> String {
        let url = try await postgres.url(database: Self.database)
        let arguments = ["--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-Atq"] + statements.flatMap { ["-c", $0] } + [url]
        return try await Command(try Programs.find("psql"), arguments).runSuccessfully()
    }
}
