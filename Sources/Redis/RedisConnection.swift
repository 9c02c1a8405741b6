public import Logging
public import NIOCore

/// A connection of one's own, for commands that block or depend on the connection's state. It heals itself like the shared ones; while it
/// is down, commands throw ``RedisError/unavailable`` at once and ``connect()`` waits for the next attempt.
public final class RedisConnection: RedisCommands {
    private let link: RedisLink
    /// Time a command may take unless it says otherwise.
    public let commandTimeout: TimeAmount

    /// Starts connecting on an event loop.
    public init(configuration: RedisConfiguration, eventLoop: any EventLoop, logger: Logger) {
        commandTimeout = configuration.commandTimeout
        link = RedisLink(eventLoop: eventLoop, configuration: configuration, logger: logger)
    }

    deinit { link.shut() }

    /// Whether commands can be sent.
    public var isConnected: Bool { link.isReady }

    /// Returns when connected; throws the error of the attempt under way or, during a pause, of the next one.
    public func connect() async throws { try await link.connect() }

    /// Sends a command and returns the bytes of its answer.
    public func reply(to command: RedisCommand, timeout: TimeAmount?) async throws -> RESPFrame {
        try await link.send(command, timeout: timeout).checked()
    }

    /// Sends commands in one write and returns their answers in order.
    public func replies(to commands: [RedisCommand], timeout: TimeAmount?) async throws -> [Result<RESPFrame, RedisError>] {
        try await link.send(commands, timeout: timeout)
    }

    /// Closes for good; commands on the way throw ``RedisError/closed``.
    public func close() async { await link.close() }
}

extension RESPFrame {
    /// The frame itself unless it is an error reply.
    func checked() throws(RedisError) -> RESPFrame {
        if type.isError { throw .server(serverError) }
        return self
    }

    /// Whether a push confirms that a subscription began or ended.
    var isSubscriptionConfirmation: Bool {
        let kind = try? withReader { reader throws(RESPDecodingError) in
            _ = try reader.elements()
            let bytes = reader.content(of: try reader.stringToken())
            let names: (StaticString, StaticString) = ("subscribe", "unsubscribe")
            return names.0.matches(bytes) || names.1.matches(bytes)
        }
        return kind ?? false
    }
}
