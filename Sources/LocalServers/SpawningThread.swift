import Dispatch
import Foundation
import Synchronization

/// The one thread that starts every child.
///
/// The kernel sends a parent-death signal when the *thread* that started the child ends (prctl(2)), and threads of Swift's and Dispatch's pools
/// end whenever the pool likes. This thread lives as long as the process.
final class SpawningThread: Sendable {
    static let shared = SpawningThread()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let available = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in
            while true { runNext() }
        }
        thread.name = "spawner"
        thread.start()
    }

    /// Runs `body` on the spawning thread.
    func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            jobs.withLock { $0.append { continuation.resume(with: Result(catching: body)) } }
            available.signal()
        }
    }

    private func runNext() {
        available.wait()
        let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        job?()
    }
}
