/// What can go wrong with a command. None of the cases carries an argument of a command.
public enum RedisError: Error, Sendable, Equatable {
    /// The server answered with an error; the connection is fine.
    case server(RedisServerError)
    /// There is no connection; the command was not sent.
    case unavailable
    /// The connection broke while the answer was awaited; whether the command took effect is unknown.
    case connectionLost
    /// No answer within the command's time; whether the command took effect is unknown.
    case timeout
    /// The client, connection or subscriber has been closed.
    case closed
    /// The server refused the greeting: wrong password, unknown database, no RESP3.
    case refused(RedisServerError)
    /// The server sent something that is not RESP3.
    case protocolViolation(RESPProtocolError)
    /// The answer to the named command has another shape than the command promises.
    case unexpectedReply(command: String)
    /// The text is not a Redis URL; the text is not repeated because it may hold a password.
    case invalidURL
}

extension RedisError: CustomStringConvertible {
    /// A short text without arguments.
    public var description: String {
        switch self {
        case .server(let error): "Redis answered \(error)"
        case .unavailable: "Redis is not connected"
        case .connectionLost: "Redis connection lost"
        case .timeout: "Redis command timed out"
        case .closed: "Redis client closed"
        case .refused(let error): "Redis refused the connection: \(error)"
        case .protocolViolation(let error): "Redis protocol violation: \(error)"
        case .unexpectedReply(let command): "Redis answered \(command) in an unexpected form"
        case .invalidURL: "not a Redis URL"
        }
    }
}
