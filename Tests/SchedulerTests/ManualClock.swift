import Scheduler
import Synchronization

/// A clock that stands still until a test moves it.
final class ManualClock: SchedulerClock {
    private struct Sleeper {
        let deadline: Int64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Int64
        var lastID = 0
        var sleepers: [Int: Sleeper] = [:]
        var observers: [(deadline: Int64, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    init(_ now: Int64) {
        state = Mutex(State(now: now))
    }

    var nowMilliseconds: Int64 { state.withLock { $0.now } }

    func advance(milliseconds: Int64) {
        let woken = state.withLock { state in
            state.now += milliseconds
            let now = state.now
            let due = state.sleepers.filter { $0.value.deadline <= now }
            for id in due.keys {
                state.sleepers[id] = nil
            }
            return due.values.map(\.continuation)
        }
        for continuation in woken {
            continuation.resume()
        }
    }

    func sleep(untilMilliseconds deadline: Int64) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.now >= deadline { return .success(()) }
                    state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) } else { notifyObservers() }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Waits, without polling, until somebody sleeps until exactly this time: then everything before has been dealt with.
    func waitForSleeper(untilMilliseconds deadline: Int64) async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.observers.append((deadline, continuation)) }
            notifyObservers()
        }
    }

    private func notifyObservers() {
        let satisfied = state.withLock { state in
            let deadlines = Set(state.sleepers.values.map(\.deadline))
            defer { state.observers.removeAll { deadlines.contains($0.deadline) } }
            return state.observers.filter { deadlines.contains($0.deadline) }.map(\.continuation)
        }
        for continuation in satisfied {
            continuation.resume()
        }
    }
}
