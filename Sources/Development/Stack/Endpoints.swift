import Foundation

/// Where everything of a running instance is, for scripts: the content of `endpoints.json`.
public struct Endpoints: Codable, Equatable, Sendable {
    /// A miner of the demo.
    public struct DemoUser: Codable, Equatable, Sendable {
        /// Its address.
        public var address: String
        /// A bearer token for the API; null where none could be made.
        public var token: String?

        /// A user with its token.
        public init(address: String, token: String?) {
            self.address = address
            self.token = token
        }
    }

    /// REST, without a slash at the end.
    public var baseURL: String
    /// The realtime socket.
    public var wsURL: String
    /// Redis as `TBG_REDIS_URL`.
    public var redisURL: String
    /// PostgreSQL as `TBG_DATABASE_URL`.
    public var postgresURL: String
    /// The socket a pool writes to.
    public var collectorSocket: String
    /// The API's Prometheus page.
    public var metricsURL: String
    /// Process ids by role; kept up to date when something is started again.
    public var pids: [String: Int32]
    /// The demo miners.
    public var demoUsers: [DemoUser]

    enum CodingKeys: String, CodingKey {
        case baseURL = "base_url"
        case wsURL = "ws_url"
        case redisURL = "redis_url"
        case postgresURL = "postgres_url"
        case collectorSocket = "collector_socket"
        case metricsURL = "metrics_url"
        case pids
        case demoUsers = "demo_users"
    }

    /// Writes the file at once and for its owner alone: it holds tokens.
    public func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try PrivateFile.write(try encoder.encode(self) + Data("\n".utf8), to: path)
    }
}
