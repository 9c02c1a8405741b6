import Hummingbird
package import NIOCore
import ServiceLifecycle
import Synchronization

/// Ends requests that take too long (spec 01 §3): one sweep a second instead of one timer a request.
///
/// A request over its time is cancelled: what it waits for gives up, and connections it has borrowed go back to their pool.
package final class RequestDeadlines: Service, Sendable {
    private struct Running {
        let task: Task<Response, Never>
        let deadline: NIODeadline
    }

    private struct State {
        var nextID: UInt64 = 0
        var running: [UInt64: Running] = [:]
    }

    private let limit: TimeAmount
    private let state = Mutex(State())

    /// - Parameter limit: longest time from the arrival of a request's head to its answer.
    package init(limit: TimeAmount = .seconds(30)) {
        self.limit = limit
    }

    /// Requests being answered.
    var count: Int { state.withLock { $0.running.count } }

    /// Runs the answering of one request within the limit.
    func respond(_ body: @escaping @Sendable () async -> Response) async -> Response {
        let task = Task.immediate(executorPreference: LoopExecutor.current, operation: body)
        let deadline = NIODeadline.now() + limit
        let id = state.withLock { state in
            state.nextID += 1
            state.running[state.nextID] = Running(task: task, deadline: deadline)
            return state.nextID
        }
        defer { state.withLock { $0.running[id] = nil } }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Cancels what is over its time at an instant.
    func sweep(_ now: NIODeadline) {
        let late = state.withLock { $0.running.values.filter { $0.deadline <= now }.map(\.task) }
        for task in late { task.cancel() }
    }

    /// Leaves the requests that run now no more than this, because the process is about to stop.
    func hurry(_ rest: TimeAmount) {
        let latest = NIODeadline.now() + rest
        state.withLock { state in
            state.running = state.running.mapValues { Running(task: $0.task, deadline: min($0.deadline, latest)) }
        }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                self.sweep(.now())
            }
        }
    }
}
