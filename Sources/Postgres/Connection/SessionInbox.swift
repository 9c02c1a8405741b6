import Synchronization

/// What callers leave for a connection, and whether anybody has to wake its loop for it.
///
/// While the server is at work, reads gather for the next group without a wake: it would answer them in turn anyway, and its answer brings the
/// loop here.
final class SessionInbox: Sendable {
    private struct State {
        var requests: [Request] = []
        var cancellations: [Int] = []
        var isWakeScheduled = false
        /// Whether the loop will look here anyway, once the server has answered.
        var isAnswerAwaited = false
        /// Why no more requests are taken.
        var refusal: PostgresError? = .closed
    }

    private let state = Mutex(State())

    /// What a caller has to do.
    enum Delivery {
        case left, wake
        case refused(PostgresError)
    }

    var isOpen: Bool { state.withLock { $0.refusal == nil } }

    func open() { state.withLock { $0.refusal = nil } }

    /// - Parameter wakes: whether it may not wait for the next request.
    func add(_ request: Request, wakes: Bool) -> Delivery {
        state.withLock { state in
            if let refusal = state.refusal { return .refused(refusal) }
            state.requests.append(request)
            guard wakes, !state.isWakeScheduled, !(state.isAnswerAwaited && request.isShareable) else { return .left }
            state.isWakeScheduled = true
            return .wake
        }
    }

    /// - Returns: whether the loop is to be woken.
    func cancel(_ id: Int) -> Bool {
        state.withLock { state in
            state.cancellations.append(id)
            defer { state.isWakeScheduled = true }
            return !state.isWakeScheduled
        }
    }

    /// Hands over what was left, in exchange for an empty array whose memory is used again.
    /// - Returns: the requests to be cancelled.
    func take(into requests: inout [Request]) -> [Int] {
        state.withLock { state in
            swap(&state.requests, &requests)
            state.isWakeScheduled = false
            defer { state.cancellations = [] }
            return state.cancellations
        }
    }

    /// Tells callers whether answers are awaited.
    /// - Returns: false when requests came meanwhile whose callers woke nobody, and no answer will.
    func settle(isAnswerAwaited: Bool) -> Bool {
        state.withLock { state in
            state.isAnswerAwaited = isAnswerAwaited
            return isAnswerAwaited || state.requests.isEmpty
        }
    }

    /// Takes no more; answers what was left.
    func close(_ reason: PostgresError) -> [Request] {
        state.withLock { state in
            state.refusal = reason
            defer { state.requests = [] }
            return state.requests
        }
    }
}
