/// Something to be done on a connection, and who waits for it.
struct Request: Sendable {
    /// What is to be done.
    enum Work: Sendable {
        /// One statement.
        case statement(SQL)
        /// Several statements in one round trip; the first error skips the rest.
        case statements([SQL])
        /// Text by the simple protocol, with the data for the COPY it starts, if any.
        case simple(String, data: [UInt8]?)
    }

    /// What cancelling the waiting task does once the request is sent.
    enum Cancellation: Sendable {
        /// The waiter leaves at once; the statement runs to its end. For reads, on connections others use too.
        case abandon
        /// The server is asked to cancel the statement, and the waiter learns how it ended.
        case interrupt
        /// Nothing: for statements that must run, such as `rollback`.
        case ignore
    }

    typealias Continuation = CheckedContinuation<[ResultStorage], any Error>

    let id: Int
    let work: Work
    let cancellation: Cancellation
    /// `nil` when nobody waits, or no longer.
    var continuation: Continuation?

    /// Whether it may run in one implicit transaction with others: a read that can be run again when another fails.
    var isShareable: Bool {
        if case .statement = work { return cancellation == .abandon }
        return false
    }
}

/// A waiter and what it is to be told.
struct Completion {
    let continuation: Request.Continuation
    let result: Result<[ResultStorage], any Error>

    func deliver() { continuation.resume(with: result) }
}
