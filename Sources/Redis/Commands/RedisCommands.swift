public import NIOCore

/// Something commands can be sent to: the shared client or a connection of one's own.
///
/// All functions throw ``RedisError``, or `CancellationError` when the waiting task is cancelled; the command may then still take effect.
public protocol RedisCommands: Sendable {
    /// Time a command may take unless it says otherwise.
    var commandTimeout: TimeAmount { get }

    /// Sends a command and returns the bytes of its answer; an error reply is thrown as ``RedisError/server(_:)``.
    func reply(to command: RedisCommand, timeout: TimeAmount?) async throws -> RESPFrame

    /// Sends commands in one write and returns their answers in order; only a command that could not be sent at all throws.
    func replies(to commands: [RedisCommand], timeout: TimeAmount?) async throws -> [Result<RESPFrame, RedisError>]
}

extension RedisCommands {
    /// Sends a command and returns its answer.
    @discardableResult
    public func send(_ command: RedisCommand, timeout: TimeAmount? = nil) async throws -> RESPValue {
        try await reply(to: command, timeout: timeout).value()
    }

    /// Sends commands in one write. Answers come in the order of the commands; one command's error leaves the others alone.
    public func pipeline(_ commands: [RedisCommand], timeout: TimeAmount? = nil) async throws -> [Result<RESPValue, RedisError>] {
        try await replies(to: commands, timeout: timeout).map { reply in reply.map { $0.value() } }
    }

    /// Runs a script by its hash, and with its source when the server has not seen it.
    @discardableResult
    public func evaluate(
        _ script: RedisScript,
        keys: [String],
        arguments: [RedisArgument] = [],
        timeout: TimeAmount? = nil
    ) async throws -> RESPValue {
        do {
            return try await send(script.call(keys, arguments), timeout: timeout)
        } catch RedisError.server(let error) where error.isNoScript {
            return try await send(script.callWithSource(keys, arguments), timeout: timeout)
        }
    }

    /// Runs a script as ``evaluate(_:keys:arguments:timeout:)`` does, and sends other commands with it in one write.
    /// - Returns: the script's answer, and the others' in the order of the commands.
    @discardableResult
    public func evaluate(
        _ script: RedisScript,
        keys: [String],
        arguments: [RedisArgument] = [],
        with commands: [RedisCommand],
        timeout: TimeAmount? = nil
    ) async throws -> (answer: RESPValue, replies: ArraySlice<Result<RESPFrame, RedisError>>) {
        guard !commands.isEmpty else { return (try await evaluate(script, keys: keys, arguments: arguments, timeout: timeout), []) }
        let replies = try await replies(to: [script.call(keys, arguments)] + commands, timeout: timeout)
        let others = replies.dropFirst()
        do {
            return (try replies[0].get().value(), others)
        } catch RedisError.server(let error) where error.isNoScript {
            return (try await send(script.callWithSource(keys, arguments), timeout: timeout), others)
        }
    }

    /// Publishes a message; returns the number of subscribers that received it.
    @discardableResult
    public func publish(_ payload: RedisArgument, to channel: String) async throws -> Int {
        try await decode(RedisCommand("PUBLISH", channel, payload)) { reader throws(RESPDecodingError) in try reader.integer() }
    }

    /// Sends a command and decodes its answer straight from the bytes.
    func decode<Value>(
        _ command: RedisCommand,
        timeout: TimeAmount? = nil,
        _ body: (inout RESPReader) throws(RESPDecodingError) -> Value
    ) async throws -> Value {
        let frame = try await reply(to: command, timeout: timeout)
        do {
            return try frame.withReader(body)
        } catch {
            throw RedisError.unexpectedReply(command: command.name.description)
        }
    }
}
