import Synchronization

/// Gathers the replies of a pipeline and resumes its task once.
final class ReplyCollector: Sendable {
    typealias Replies = [Result<RESPFrame, RedisError>]

    private typealias Finish = (continuation: CheckedContinuation<Replies, any Error>, replies: Replies)

    private struct State {
        var replies: Replies = []
        var continuation: CheckedContinuation<Replies, any Error>?

        mutating func finish() -> Finish? {
            guard let continuation else { return nil }
            self.continuation = nil
            return (continuation, replies)
        }
    }

    private let expected: Int
    private let state: Mutex<State>

    init(expecting expected: Int, continuation: CheckedContinuation<Replies, any Error>) {
        self.expected = expected
        var state = State(continuation: continuation)
        state.replies.reserveCapacity(expected)
        self.state = Mutex(state)
    }

    func append(_ frame: RESPFrame) {
        let finish = state.withLock { state -> Finish? in
            state.replies.append(frame.type.isError ? .failure(.server(frame.serverError)) : .success(frame))
            return state.replies.count >= expected ? state.finish() : nil
        }
        if let finish { finish.continuation.resume(returning: finish.replies) }
    }

    /// Replies that have come stay and the error stands in for the others; a pipeline that was never sent throws it instead.
    func fail(with error: RedisError) {
        let unsent = error == .unavailable || error == .closed
        let finish = state.withLock { state -> (Finish, isEmpty: Bool)? in
            let isEmpty = state.replies.isEmpty
            while state.replies.count < expected { state.replies.append(.failure(error)) }
            return state.finish().map { ($0, isEmpty) }
        }
        guard let ((continuation, replies), isEmpty) = finish else { return }
        if unsent, isEmpty {
            continuation.resume(throwing: error)
        } else {
            continuation.resume(returning: replies)
        }
    }

    func cancel() {
        state.withLock { $0.finish() }?.continuation.resume(throwing: CancellationError())
    }
}
