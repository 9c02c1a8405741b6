/// Who gets the answer of a command.
enum Waiter: Sendable {
    /// A task that waits for one reply.
    case one(CheckedContinuation<RESPFrame, any Error>)
    /// A task that waits for the replies of a pipeline.
    case many(ReplyCollector)
    /// Code that runs on the connection's event loop with the last reply.
    case callback(@Sendable (Result<RESPFrame, RedisError>) -> Void)
    /// The connection itself, during its greeting.
    case greeting

    func succeed(with frame: RESPFrame, last: Bool) {
        switch self {
        case .one(let continuation):
            // A subscription has one confirmation for each channel; the caller waits for all of them.
            if last { continuation.resume(returning: frame) }
        case .many(let collector): collector.append(frame)
        case .callback(let call): if last { call(.success(frame)) }
        case .greeting: break
        }
    }

    func fail(with error: RedisError) {
        switch self {
        case .one(let continuation): continuation.resume(throwing: error)
        case .many(let collector): collector.fail(with: error)
        case .callback(let call): call(.failure(error))
        case .greeting: break
        }
    }

    func cancel() {
        switch self {
        case .one(let continuation): continuation.resume(throwing: CancellationError())
        case .many(let collector): collector.cancel()
        case .callback, .greeting: break
        }
    }
}

extension RESPFrame {
    /// The error this frame holds.
    var serverError: RedisServerError {
        if case .error(let error) = value() { return error }
        return RedisServerError(code: "ERR", message: "")
    }
}
