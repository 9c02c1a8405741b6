/// A destination of the collector's events.
protocol EventSink: Sendable {
    /// `redis` or `raw_log`.
    var name: String { get }
    /// Most events written at once.
    var batchLimit: Int { get }
    /// How long bulk events may wait for company.
    var patience: Duration { get }

    /// Writes events in order. What was written twice is recognised by its id, so an uncertain outcome counts as a failure.
    func write(_ records: [EventRecord]) async -> SinkOutcome
}

/// What became of a batch.
struct SinkOutcome: Sendable {
    /// Events that have not arrived, to be tried again.
    var rest: [EventRecord] = []
    /// Events the destination can never take.
    var refused: [EventRecord] = []
    /// The kind of the last error, for the log.
    var error: String?
}
