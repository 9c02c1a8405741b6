import Metrics

/// The scheduler's metrics (spec 11 §8), under a prefix of the application's choice.
struct SchedulerMetrics: Sendable {
    let prefix: String

    func recordLeadership(_ isLeader: Bool) {
        Gauge(label: prefix + "leader").record(isLeader ? 1 : 0)
    }

    func recordRun(task: String, outcome: TaskOutcome, startedAtMilliseconds: Int64, endedAtMilliseconds: Int64) {
        Counter(label: prefix + "task_runs_total", dimensions: [("task", task), ("result", outcome.label)]).increment()
        guard outcome == .succeeded else { return }
        Gauge(label: prefix + "task_duration_seconds", dimensions: [("task", task)])
            .record(Double(endedAtMilliseconds - startedAtMilliseconds) / 1_000)
        Gauge(label: prefix + "task_last_success_timestamp", dimensions: [("task", task)]).record(Double(endedAtMilliseconds) / 1_000)
    }
}
