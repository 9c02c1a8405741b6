import NIOPosix

/// Runs signatures on a thread pool: an RSA signature takes about a millisecond, during which an event loop would serve nobody.
final class SigningExecutor: TaskExecutor {
    private let pool: NIOThreadPool

    init(pool: NIOThreadPool = .singleton) {
        self.pool = pool
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // A pool that is shutting down runs the job all the same: a task must never be lost.
        pool.submit { _ in job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
