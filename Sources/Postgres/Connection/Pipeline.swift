import DequeModule

/// Matches results, which arrive in the order of sending, to the requests that wait for them.
///
/// A request is some steps. One or several requests end with a sync point, up to which the server skips everything after a failed step: the
/// request that failed learns why, and what was skipped for a neighbour's failure is told apart, so that it can be sent again. A pure
/// value: it is fed what libpq returns and says what to do.
struct Pipeline<Owner, Rows, Failure: Error> {
    /// One message the server answers.
    enum Step: Equatable {
        /// Forgets an evicted prepared statement.
        case deallocate
        /// Prepares the statement of that number.
        case prepare(Int)
        /// Runs a statement whose rows the request wants.
        case execute
        /// Ends the requests since the last one.
        case sync
    }

    /// What libpq returned.
    enum Event {
        case rows(Rows)
        case failure(Failure)
        case aborted
        /// The end of one step's results.
        case end
        case sync
    }

    /// What became of a request.
    enum Outcome {
        case rows([Rows])
        case failure(Failure)
        /// It never ran: a request before it, up to the same sync point, failed.
        case skipped
    }

    /// What follows from an event.
    enum Action {
        case none
        /// The statement of that number was not prepared.
        case forget(Int)
        case finish([(Owner, Outcome)])
        /// The server answered something that was not asked.
        case violation
    }

    private struct Sent {
        let step: Step
        var endsRequest = false
    }

    private var sent = Deque<Sent>()
    private var owners = Deque<Owner>()
    /// Of the requests before the next sync point that are answered.
    private var outcomes: [Outcome] = []
    private var rows: [Rows] = []
    private var failure: Failure?
    private var wasSkipped = false

    /// Requests sent and not yet answered completely.
    var depth: Int { owners.count }
    var isEmpty: Bool { owners.isEmpty }

    /// Notes a step just sent.
    mutating func append(_ step: Step) { sent.append(Sent(step: step)) }

    /// Notes that the steps since the last request belong to `owner`. There is at least one.
    mutating func close(_ owner: Owner) {
        sent[sent.count - 1].endsRequest = true
        owners.append(owner)
    }

    mutating func receive(_ event: Event) -> Action {
        guard let step = sent.first?.step else { return .violation }
        switch (event, step) {
        case (.rows(let part), .execute):
            rows.append(part)
            return .none
        case (.rows, .prepare), (.rows, .deallocate):
            return .none
        case (.failure(let cause), .execute), (.failure(let cause), .deallocate):
            failure = failure ?? cause
            return .none
        case (.failure(let cause), .prepare(let number)):
            failure = failure ?? cause
            return .forget(number)
        case (.aborted, .prepare(let number)):
            wasSkipped = true
            return .forget(number)
        case (.aborted, .execute), (.aborted, .deallocate):
            wasSkipped = true
            return .none
        case (.end, .execute), (.end, .prepare), (.end, .deallocate):
            if sent.removeFirst().endsRequest { endRequest() }
            return .none
        case (.sync, .sync):
            sent.removeFirst()
            guard owners.count >= outcomes.count else { return .violation }
            defer {
                owners.removeFirst(outcomes.count)
                outcomes.removeAll(keepingCapacity: true)
            }
            return .finish(Array(zip(owners, outcomes)))
        case (_, .sync), (.sync, _):
            return .violation
        }
    }

    private mutating func endRequest() {
        if let failure { outcomes.append(.failure(failure)) } else { outcomes.append(wasSkipped ? .skipped : .rows(rows)) }
        rows = []
        failure = nil
        wasSkipped = false
    }

    /// Changes the owner of the first request that matches, and says whether there was one.
    mutating func update(where matches: (Owner) -> Bool, _ change: (inout Owner) -> Void) -> Bool {
        guard let index = owners.firstIndex(where: matches) else { return false }
        change(&owners[index])
        return true
    }

    /// Gives up all requests, in order.
    mutating func removeAll() -> [Owner] {
        defer { self = Pipeline() }
        return Array(owners)
    }
}
