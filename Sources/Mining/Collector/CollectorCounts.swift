import Metrics

/// What the collector reports of datagrams.
struct CollectorCounts: Sendable {
    private static let name = "tbg_collector_events_total"
    private let takenEvents = Counter(label: name, dimensions: [("result", "taken")])
    private let duplicates = Counter(label: name, dimensions: [("result", "duplicate")])
    private let others = Counter(label: name, dimensions: [("result", "unrouted")])
    private let drops = Counter(label: name, dimensions: [("result", "dropped")])
    private let corrections = Counter(label: "tbg_collector_time_fixed_total")

    func taken() { takenEvents.increment() }
    func duplicate() { duplicates.increment() }
    func unrouted() { others.increment() }
    func dropped() { drops.increment() }
    func timeFixed() { corrections.increment() }
    func refused(_ reason: String) { Counter(label: "tbg_collector_rejects_total", dimensions: [("reason", reason)]).increment() }
}

/// What the collector reports of one sink.
struct SinkCounts: Sendable {
    private let sink: String
    private let written: Counter
    private let overflows: Counter
    private let damages: Counter

    init(sink: String) {
        self.sink = sink
        written = Counter(label: "tbg_collector_sink_events_total", dimensions: [("sink", sink)])
        overflows = Counter(label: "tbg_collector_spool_dropped_total", dimensions: [("sink", sink)])
        damages = Counter(label: "tbg_collector_spool_damaged_total", dimensions: [("sink", sink)])
    }

    func arrived(_ count: Int) { if count > 0 { written.increment(by: count) } }
    func spoolOverflow(_ count: Int) { overflows.increment(by: count) }
    func damaged() { damages.increment() }

    /// The event's name is a label only when it is one of ours.
    func dropped(_ record: EventRecord) {
        Counter(
            label: "tbg_collector_dropped_total",
            dimensions: [("sink", sink), ("event", record.kind?.rawValue ?? "other")]
        ).increment()
    }

    /// Sets the gauges.
    func gauge(queued: Int, spooledBytes: Int) {
        Gauge(label: "tbg_collector_queue_events", dimensions: [("sink", sink)]).record(queued)
        Gauge(label: "tbg_collector_spool_bytes", dimensions: [("sink", sink)]).record(spooledBytes)
    }
}
