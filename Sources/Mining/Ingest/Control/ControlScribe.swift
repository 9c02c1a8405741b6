import GameRules
package import Platform
package import Postgres

/// What every control event needs: owners and workers, a transaction with its observers, and the messages after it.
package struct ControlScribe: Sendable {
    let database: PostgresClient
    let owners: OwnerBook
    let workers: WorkerBook
    let observers: [any BatchObserver]
    let publisher: Publisher
    /// A worker nothing has been heard of for so long is off, seconds.
    let silence: Int64

    package init(
        database: PostgresClient,
        owners: OwnerBook,
        workers: WorkerBook,
        observers: [any BatchObserver],
        publisher: Publisher,
        silence: Int64 = ShareStore.onlineSeconds
    ) {
        self.silence = silence
        self.database = database
        self.owners = owners
        self.workers = workers
        self.observers = observers
        self.publisher = publisher
    }

    /// Who an event is about.
    struct Subject: Sendable {
        let user: UserID
        let address: String
        let worker: WorkerBook.Worker
    }

    /// The transaction's view of the subjects of some events. Control events never make an owner (spec 03a §3); a known owner's new worker
    /// is made.
    struct Subjects: Sendable {
        fileprivate let owners: OwnerBook.Reading
        fileprivate let workers: WorkerBook.Reading

        fileprivate var users: Set<UserID> { Set(workers.workers.keys.map(\.user)) }

        func subject(of event: MiningEvent) -> Subject? {
            guard let stratum = event.payload.user, let address = stratum.canonicalAddress,
                let user = owners.owner(of: address, at: event.envelope.time),
                let worker = workers.workers[WorkerKey(user: user, name: stratum.workerName)]
            else { return nil }
            return Subject(user: user, address: address, worker: worker)
        }
    }

    /// Runs `body` in a transaction, hands what it changed to the observers inside the same transaction, and after the commit tells
    /// observers and owners.
    func record<Result: Sendable>(
        _ events: [MiningEvent],
        now: Instant,
        _ body: @Sendable (Subjects, PostgresTransaction) async throws -> (change: BatchChange, result: Result)
    ) async throws -> (change: BatchChange, result: Result) {
        let outcome = try await database.transaction { transaction in
            let subjects = try await subjects(of: events, in: transaction)
            // As shares do: what follows changes workers and bests, which the totals count, and neither may wait for the other.
            if !subjects.users.isEmpty { try await transaction.pipeline(ShareStore.lockTotals(of: subjects.users)) }
            let (change, result) = try await body(subjects, transaction)
            if !change.isEmpty { for observer in observers { try await observer.batchStored(change, in: transaction) } }
            return (subjects: subjects, change: change, result: result)
        }
        owners.remember(outcome.subjects.owners)
        workers.remember(outcome.subjects.workers)
        return (outcome.change, outcome.result)
    }

    /// After the commit, best effort.
    func announce(_ change: BatchChange) async {
        guard !change.isEmpty else { return }
        await publisher.send(
            await WorkerMessages.messages(for: change.switches, database: database) + change.raisedBests.map(ShareMessages.message)
        )
        for observer in observers { await observer.batchCommitted(change) }
    }

    private func subjects(of events: [MiningEvent], in transaction: PostgresTransaction) async throws -> Subjects {
        let users = events.compactMap { event in event.payload.user.map { (user: $0, time: event.envelope.time) } }
        let owners = try await owners.read(Set(users.compactMap(\.user.canonicalAddress)), in: transaction)
        var firstSeen: [WorkerKey: Instant] = [:]
        for (user, time) in users {
            guard let address = user.canonicalAddress, let owner = owners.owner(of: address, at: time) else { continue }
            let key = WorkerKey(user: owner, name: user.workerName)
            firstSeen[key] = min(firstSeen[key] ?? time, time)
        }
        return Subjects(owners: owners, workers: try await workers.read(firstSeen, epoch: owners.epoch, in: transaction))
    }
}
