public import Logging
public import NIOCore
import NIOPosix
import Synchronization

/// The shared client: one pipelined connection for each event loop of a group.
///
/// A caller running on one of these event loops uses that loop's connection, so a command changes no thread; others take turns.
/// While a loop's connection is down, another one that is up is used; when none is, commands throw ``RedisError/unavailable`` at once.
/// Blocking commands and subscriptions belong on ``makeDedicatedConnection()`` and ``makeSubscriber(bufferLimit:)``.
public final class RedisClient: RedisCommands {
    private let configuration: RedisConfiguration
    private let logger: Logger
    private let group: any EventLoopGroup
    private let links: [RedisLink]
    private let indexByLoop: [ObjectIdentifier: Int]
    private let turn = Atomic(0)

    /// Time a command may take unless it says otherwise.
    public var commandTimeout: TimeAmount { configuration.commandTimeout }

    /// Starts connecting. Commands sent before the first attempt has ended wait for its outcome.
    public init(configuration: RedisConfiguration, eventLoopGroup: any EventLoopGroup, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        group = eventLoopGroup
        let loops = Array(eventLoopGroup.makeIterator())
        var hooks = LinkHooks()
        if let prefix = configuration.metricsPrefix {
            let metrics = PoolMetrics(prefix: prefix, size: loops.count)
            hooks.readinessChanged = { metrics.changed(isReady: $0) }
        }
        links = loops.map { RedisLink(eventLoop: $0, configuration: configuration, hooks: hooks, logger: logger) }
        indexByLoop = Dictionary(loops.enumerated().map { (ObjectIdentifier($1), $0) }) { first, _ in first }
    }

    deinit {
        for link in links { link.shut() }
    }

    /// Whether at least one connection is up.
    public var isConnected: Bool { links.contains { $0.isReady } }

    /// Returns when all connections are up; throws the error of the first attempt that fails.
    public func connect() async throws {
        for link in links { try await link.connect() }
    }

    /// Sends a command and returns the bytes of its answer.
    public func reply(to command: RedisCommand, timeout: TimeAmount?) async throws -> RESPFrame {
        try await link().send(command, timeout: timeout).checked()
    }

    /// Sends commands in one write on one connection and returns their answers in order.
    public func replies(to commands: [RedisCommand], timeout: TimeAmount?) async throws -> [Result<RESPFrame, RedisError>] {
        try await link().send(commands, timeout: timeout)
    }

    /// Opens a connection for blocking commands; throws when it cannot be established now.
    public func makeDedicatedConnection() async throws -> RedisConnection {
        let connection = RedisConnection(configuration: configuration, eventLoop: group.any(), logger: logger)
        do {
            try await connection.connect()
        } catch {
            await connection.close()
            throw error
        }
        return connection
    }

    /// Opens a connection for subscriptions whose messages are read from a sequence that keeps up to `bufferLimit` of them.
    public func makeSubscriber(bufferLimit: Int = 10_000) -> RedisSubscriber {
        RedisSubscriber(configuration: configuration, eventLoop: group.any(), logger: logger, bufferLimit: bufferLimit)
    }

    /// Opens a connection for subscriptions whose events are handed to a function on the given event loop, or any when nil.
    public func makeSubscriber(
        on eventLoop: (any EventLoop)? = nil,
        onEvent: @escaping @Sendable (RedisSubscriberEvent) -> Void
    ) -> RedisSubscriber {
        RedisSubscriber(configuration: configuration, eventLoop: eventLoop ?? group.any(), logger: logger, onEvent: onEvent)
    }

    /// Closes all connections for good; commands on the way throw ``RedisError/closed``.
    public func close() async {
        for link in links { link.shut() }
        for link in links { await link.close() }
    }

    private func link() throws -> RedisLink {
        let preferred: Int
        if let loop = MultiThreadedEventLoopGroup.currentEventLoop, let index = indexByLoop[ObjectIdentifier(loop)] {
            preferred = index
        } else {
            preferred = Int(bitPattern: turn.wrappingAdd(1, ordering: .relaxed).newValue.magnitude % UInt(links.count))
        }
        guard !links[preferred].isReady else { return links[preferred] }
        return links.first { $0.isReady } ?? links[preferred]
    }
}
