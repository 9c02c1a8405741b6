/// The durable record of task runs.
public protocol TaskLedger: Sendable {
    /// What is known of the tasks; tasks without any record may be left out.
    func histories(of tasks: [String]) async throws -> [String: TaskHistory]

    /// Records that a run starts. The body runs only if this succeeds.
    func recordStart(_ run: TaskRun) async throws

    /// Records how a run ended.
    func recordEnd(_ run: TaskRun, outcome: TaskOutcome, atMilliseconds: Int64) async throws
}
