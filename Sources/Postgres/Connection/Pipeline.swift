import DequeModule

/// Matches results, which arrive in the order of sending, to the requests that wait for them.
///
/// Each request is one unit of failure: some steps and a sync point. After a failed step the server skips the rest up to the
/// sync point, so one request's error never reaches the next. A pure value: it is fed what libpq returns and says what to do.
struct Pipeline<Owner, Rows, Failure: Error> {
    /// One message the server answers.
    enum Step: Equatable {
        /// Forgets an evicted prepared statement.
        case deallocate
        /// Prepares the statement of that number.
        case prepare(Int)
        /// Runs a statement whose rows the request wants.
        case execute
        /// Ends the request.
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

    /// What follows from an event.
    enum Action {
        case none
        /// The statement of that number was not prepared.
        case forget(Int)
        case finish(Owner, Result<[Rows], Failure>)
        /// The server answered something that was not asked.
        case violation
    }

    private var steps = Deque<Step>()
    private var owners = Deque<Owner>()
    private var rows: [Rows] = []
    private var failure: Failure?

    /// Requests sent and not yet answered completely.
    var depth: Int { owners.count }
    var isEmpty: Bool { owners.isEmpty }

    /// Notes a step just sent.
    mutating func append(_ step: Step) { steps.append(step) }

    /// Notes that the steps since the last request, and a sync point, belong to `owner`.
    mutating func close(_ owner: Owner) {
        steps.append(.sync)
        owners.append(owner)
    }

    mutating func receive(_ event: Event) -> Action {
        guard let step = steps.first else { return .violation }
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
            return .forget(number)
        case (.aborted, .execute), (.aborted, .deallocate):
            return .none
        case (.end, .execute), (.end, .prepare), (.end, .deallocate):
            steps.removeFirst()
            return .none
        case (.sync, .sync):
            steps.removeFirst()
            guard let owner = owners.popFirst() else { return .violation }
            defer {
                rows = []
                failure = nil
            }
            if let failure { return .finish(owner, .failure(failure)) }
            return .finish(owner, .success(rows))
        case (_, .sync), (.sync, _):
            return .violation
        }
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
