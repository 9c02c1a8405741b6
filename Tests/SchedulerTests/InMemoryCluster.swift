import Scheduler
import Synchronization

/// What several scheduler processes share: one leadership, one lock per task, one ledger.
final class InMemoryCluster: Sendable {
    struct End: Equatable {
        let run: TaskRun
        let outcome: TaskOutcome
        let at: Int64
    }

    /// Everything a test may want to know.
    struct Facts: Sendable {
        var leader: String?
        var locks: Set<String> = []
        var starts: [TaskRun] = []
        var ends: [End] = []
        var isLedgerDown = false
        var checks = 0
    }

    struct Unavailable: Error {}

    fileprivate struct Waiter {
        let condition: @Sendable (Facts) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private let state = Mutex<(facts: Facts, waiters: [Waiter])>((Facts(), []))

    var facts: Facts { state.withLock { $0.facts } }

    /// The connection that holds the lock dies.
    func dropLeader() { change { $0.leader = nil } }

    func setLedgerDown(_ isDown: Bool) { change { $0.isLedgerDown = isDown } }

    func hold(lock task: String) { change { _ = $0.locks.insert(task) } }

    func release(lock task: String) { change { _ = $0.locks.remove(task) } }

    func leadership(of node: String) -> any Leadership { NodeLeadership(cluster: self, node: node) }

    /// Waits, without polling, until the condition holds.
    func wait(until condition: @escaping @Sendable (Facts) -> Bool) async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiters.append(Waiter(condition: condition, continuation: continuation)) }
            change { _ in }
        }
    }

    fileprivate func change<Result: Sendable>(_ body: (inout Facts) throws -> Result) rethrows -> Result {
        let (result, satisfied) = try state.withLock { state in
            let result = try body(&state.facts)
            let facts = state.facts
            let satisfied = state.waiters.filter { $0.condition(facts) }.map(\.continuation)
            state.waiters.removeAll { $0.condition(facts) }
            return (result, satisfied)
        }
        for continuation in satisfied {
            continuation.resume()
        }
        return result
    }
}

private struct NodeLeadership: Leadership {
    let cluster: InMemoryCluster
    let node: String

    func tryAcquire() async throws -> Bool {
        cluster.change { facts in
            if facts.leader == nil { facts.leader = node }
            return facts.leader == node
        }
    }

    func stillHeld() async -> Bool {
        cluster.change { facts in
            facts.checks += 1
            return facts.leader == node
        }
    }

    func release() async {
        cluster.change { facts in
            if facts.leader == node { facts.leader = nil }
        }
    }
}

extension InMemoryCluster: TaskLedger {
    func histories(of tasks: [String]) async throws -> [String: TaskHistory] {
        let facts = facts
        if facts.isLedgerDown { throw Unavailable() }
        var histories: [String: TaskHistory] = [:]
        for task in tasks {
            let done = facts.ends.filter { $0.run.task == task && $0.outcome == .succeeded && !$0.run.isManual }
            guard let last = done.max(by: { $0.run.key < $1.run.key }) else { continue }
            histories[task] = TaskHistory(lastSuccessfulKey: last.run.key.text)
        }
        return histories
    }

    func recordStart(_ run: TaskRun) async throws {
        try change { facts in
            if facts.isLedgerDown { throw Unavailable() }
            facts.starts.append(run)
        }
    }

    func recordEnd(_ run: TaskRun, outcome: TaskOutcome, atMilliseconds: Int64) async throws {
        try change { facts in
            if facts.isLedgerDown { throw Unavailable() }
            facts.ends.append(End(run: run, outcome: outcome, at: atMilliseconds))
        }
    }
}

extension InMemoryCluster: TaskLocks {
    func withLock<Result: Sendable>(task: String, _ body: @Sendable () async throws -> Result) async throws -> Result? {
        guard change({ $0.locks.insert(task).inserted }) else { return nil }
        defer { release(lock: task) }
        return try await body()
    }
}
