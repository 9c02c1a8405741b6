public import NIOCore
public import NIOSSL

/// Where the server is and how to talk to it.
public struct RedisConfiguration: Sendable {
    /// The server's address.
    public enum Endpoint: Sendable, Equatable {
        case tcp(host: String, port: Int)
        case unix(path: String)
    }

    /// The server's address.
    public var endpoint: Endpoint
    /// Account; nil is Redis's `default` account.
    public var username: String?
    /// Password; nil sends none.
    public var password: String?
    /// Logical database selected on every connection.
    public var database = 0
    /// Encryption; nil speaks in the clear.
    public var tls: TLSConfiguration?
    /// Name shown by CLIENT LIST; without spaces.
    public var clientName: String?
    /// Time for one command from being written to being answered; after it the connection counts as dead and is replaced. A single command
    /// may be given less, then only its caller stops waiting, or more, as a blocking read needs.
    public var commandTimeout: TimeAmount = .seconds(1)
    /// Time for a socket to open.
    public var connectTimeout: TimeAmount = .seconds(2)
    /// Pauses between attempts to connect.
    public var backoff = Backoff()
    /// Time without sign of life after which a subscriber asks the server for one.
    public var pingInterval: TimeAmount = .seconds(10)
    /// Limits of the parser.
    public var limits = RESPLimits()
    /// When set, timer `<prefix>_command_seconds{command}` and gauges `<prefix>_pool_size`, `<prefix>_pool_active` are reported.
    public var metricsPrefix: String?
    /// Source of chance for the jitter of pauses: 0 ≤ x < 1.
    public var random: @Sendable () -> Double = { Double.random(in: 0..<1) }

    /// A configuration for an address with default settings.
    public init(endpoint: Endpoint) {
        self.endpoint = endpoint
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomReflectable {
    /// Transport and database, never account or password.
    public var description: String {
        switch endpoint {
        case .tcp(let host, let port): "\(tls == nil ? "redis" : "rediss")://\(host):\(port)/\(database)"
        case .unix(let path): "unix://\(path)?db=\(database)"
        }
    }

    /// Hides the password from `dump` and debuggers' logs.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
