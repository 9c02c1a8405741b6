import Dispatch

/// Runs everything that touches one connection, one thing at a time, on a serial Dispatch queue.
final class SessionExecutor: SerialExecutor {
    let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}

/// Nanoseconds of a clock that only moves forward.
func uptimeNanoseconds() -> UInt64 { DispatchTime.now().uptimeNanoseconds }
