import Glibc
import NIOPosix

/// Threads for hashing and nothing else. They yield to the event loops: on a busy node sign-ins take longer before anything else does.
struct HashingThreads: Sendable {
    /// How far behind other threads they stand (nice value).
    private static let niceness: Int32 = 10

    /// The threads of the process, as many as a gate lets through by default. They live as long as the process.
    static let shared = HashingThreads(
        pool: NIOThreadPool._makePerpetualStartedPool(
            numberOfThreads: HashingGate.defaultConcurrency,
            threadNamePrefix: "hashing-"
        )
    )

    private let pool: NIOThreadPool

    /// Runs work on one of the threads.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await pool.runIfActive {
            // On Linux this concerns the calling thread alone (setpriority(2), notes); it may always be lowered.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
            return try work()
        }
    }
}
