package import GameRules
import Platform
import Postgres
import Synchronization

/// A worker is an address's owner and a name, never a session (spec 03a §3).
package struct WorkerKey: Hashable, Sendable, Comparable {
    package let user: UserID
    package let name: String

    package init(user: UserID, name: String) {
        self.user = user
        self.name = name
    }

    package static func < (left: WorkerKey, right: WorkerKey) -> Bool { (left.user, left.name) < (right.user, right.name) }
}

/// Finds workers' ids and makes missing rows; remembers ids between batches for one epoch, as ``OwnerBook`` does.
package final class WorkerBook: Sendable {
    /// Names a user may have; further ones are booked on ``overflow``.
    package static let maximumPerUser = 500
    /// The worker that takes the shares of names beyond the limit.
    package static let overflow = "overflow"

    package struct Worker: Sendable, Equatable {
        package let id: Int64
        package let name: String
    }

    private struct Pages {
        var epoch: Int64 = -1
        var workers: [WorkerKey: Worker] = [:]
    }

    private let pages = Mutex(Pages())
    private let maximumWorkers: Int

    package init(maximumWorkers: Int = 400_000) {
        self.maximumWorkers = maximumWorkers
    }

    struct Reading: Sendable {
        let epoch: Int64
        var workers: [WorkerKey: Worker]
        var learned: [WorkerKey: Worker] = [:]
    }

    /// - Parameter firstSeen: the workers of a batch, with the pool time each was first seen at.
    func read(_ firstSeen: [WorkerKey: Instant], epoch: Int64, in transaction: PostgresTransaction) async throws -> Reading {
        let known = pages.withLock { pages in
            if pages.epoch != epoch { pages = Pages(epoch: epoch) }
            return pages.workers.isEmpty ? [:] : firstSeen.keys.reduce(into: [:]) { $0[$1] = pages.workers[$1] }
        }
        var reading = Reading(epoch: epoch, workers: known)
        var missing = firstSeen.keys.filter { known[$0] == nil }.sorted()
        guard !missing.isEmpty else { return reading }
        missing = try await look(up: missing, into: &reading, in: transaction)
        if !missing.isEmpty { try await create(missing, firstSeen, into: &reading, in: transaction) }
        return reading
    }

    /// Remembers what a committed transaction learned.
    func remember(_ reading: Reading) {
        guard !reading.learned.isEmpty else { return }
        pages.withLock { pages in
            guard pages.epoch == reading.epoch else { return }
            if pages.workers.count + reading.learned.count > maximumWorkers { pages.workers.removeAll() }
            pages.workers.merge(reading.learned) { _, new in new }
        }
    }

    /// Answers the keys that have no row.
    private func look(up keys: [WorkerKey], into reading: inout Reading, in transaction: PostgresTransaction) async throws -> [WorkerKey] {
        let rows = try await transaction.query(
            """
            select w.id, w.user_id, w.worker_name from unnest(\(keys.map(\.user)), \(keys.map(\.name))) as k (user_id, worker_name)
            join workers w on w.user_id = k.user_id and w.worker_name = k.worker_name
            """
        )
        for row in rows {
            let (id, user, name) = try row.decode((Int64, UserID, String).self)
            reading.learn(WorkerKey(user: user, name: name), Worker(id: id, name: name))
        }
        return keys.filter { reading.workers[$0] == nil }
    }

    /// Makes rows up to the limit. The users' rows are locked, so that two processes count one after the other.
    private func create(
        _ keys: [WorkerKey],
        _ firstSeen: [WorkerKey: Instant],
        into reading: inout Reading,
        in transaction: PostgresTransaction
    ) async throws {
        let users = Set(keys.map(\.user)).sorted()
        let results = try await transaction.pipeline([
            "select id from users where id = any(\(users)) order by id for no key update",
            "select user_id, count(*) from workers where user_id = any(\(users)) group by user_id",
        ])
        var counts: [UserID: Int64] = [:]
        for row in results[1] {
            let (user, count) = try row.decode((UserID, Int64).self)
            counts[user] = count
        }
        var accepted: [WorkerKey] = []
        var overflowing: [WorkerKey] = []
        for key in keys {
            if counts[key.user, default: 0] < Int64(Self.maximumPerUser) {
                counts[key.user, default: 0] += 1
                accepted.append(key)
            } else {
                overflowing.append(key)
            }
        }
        let overflowKeys = Set(overflowing.map { WorkerKey(user: $0.user, name: Self.overflow) }).subtracting(accepted)
        var seen = firstSeen
        for key in overflowing {
            let target = WorkerKey(user: key.user, name: Self.overflow)
            seen[target] = min(seen[target] ?? seen[key] ?? .unixEpoch, seen[key] ?? .unixEpoch)
        }
        let new = accepted + overflowKeys.sorted()
        try await transaction.execute(
            """
            insert into workers (user_id, worker_name, first_seen)
            select * from unnest(\(new.map(\.user)), \(new.map(\.name)), \(new.map { seen[$0] ?? .unixEpoch }))
            on conflict (user_id, worker_name) do nothing
            """
        )
        _ = try await look(up: new, into: &reading, in: transaction)
        for key in overflowing {
            reading.workers[key] = reading.workers[WorkerKey(user: key.user, name: Self.overflow)]
        }
    }
}

extension WorkerBook.Reading {
    fileprivate mutating func learn(_ key: WorkerKey, _ worker: WorkerBook.Worker) {
        workers[key] = worker
        learned[key] = worker
    }
}
