import NIOCore
import NIOPosix
import Synchronization

/// Keeps a task on one event loop: what it waits for may be answered on other threads, but it goes on where its connection lives, so that
/// its answer is written without another change of thread.
final class LoopExecutor: TaskExecutor {
    private static let known = Mutex<[ObjectIdentifier: LoopExecutor]>([:])

    private let loop: any EventLoop

    private init(_ loop: any EventLoop) {
        self.loop = loop
    }

    /// That of the calling thread; nil off the event loops.
    static var current: LoopExecutor? {
        guard let loop = MultiThreadedEventLoopGroup.currentEventLoop else { return nil }
        return known.withLock { known in
            if let executor = known[ObjectIdentifier(loop)] { return executor }
            let executor = LoopExecutor(loop)
            known[ObjectIdentifier(loop)] = executor
            return executor
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
