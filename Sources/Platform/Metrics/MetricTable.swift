package import Prometheus

/// Every metric the service reports (spec 11 §8): the source of HELP and TYPE lines and of `docs/metrics.md`.
package enum MetricTable {
    private static let requestBuckets: HistogramBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10]
    private static let ageBuckets: HistogramBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

    package static let all: [MetricDescription] = http + realtime + mining + foundation

    private static let http: [MetricDescription] = [
        .counter("http_requests_total", "Requests answered.", labels: ["method", "handler", "status"], seriesLimit: 2000),
        .histogram(
            "http_request_duration_seconds",
            "Time to answer a request.",
            labels: ["method", "handler"],
            buckets: requestBuckets,
            seriesLimit: 1000
        ),
        .gauge("tbg_http_in_flight", "Requests being answered."),
        .counter("tbg_rate_limit_hits_total", "Requests refused by a rate limit.", labels: ["tier"]),
    ]

    private static let realtime: [MetricDescription] = [
        .gauge("tbg_ws_active_connections", "Open sockets."),
        .counter("tbg_ws_messages_dropped_total", "Published messages that reached no socket.", labels: ["reason"]),
    ]

    private static let mining: [MetricDescription] = [
        .counter("tbg_mining_shares_total", "Shares by what became of them.", labels: ["status"]),
        .counter("tbg_collector_events_total", "Datagrams of the pool by what became of them.", labels: ["result"]),
        .counter("tbg_collector_rejects_total", "Datagrams that are no event.", labels: ["reason"]),
        .histogram("tbg_event_age_seconds", "Age of a batch's oldest event at its commit.", labels: ["stream"], buckets: ageBuckets),
    ]

    private static let foundation: [MetricDescription] = [
        .histogram("tbg_db_query_seconds", "Time of a database statement.", labels: ["statement"]),
        .counter("tbg_db_errors_total", "Failed database calls.", labels: ["kind"]),
        .gauge("tbg_db_pool_size", "Open connections for transactions."),
        .gauge("tbg_db_pool_free", "Connections that are idle."),
        .gauge("tbg_db_pool_waiters", "Calls waiting for a connection."),
        .histogram("tbg_redis_command_seconds", "Time of a Redis command.", labels: ["command"]),
        .gauge("tbg_redis_pool_size", "Redis connections."),
        .gauge("tbg_redis_pool_active", "Redis connections with unanswered commands."),
        .gauge("tbg_leader", "Whether this worker leads."),
        .counter("tbg_task_runs_total", "Runs of scheduled tasks.", labels: ["task", "result"]),
        .gauge("tbg_task_duration_seconds", "Duration of the last run.", labels: ["task"]),
        .gauge("tbg_task_last_success_timestamp", "When a task last succeeded, Unix seconds.", labels: ["task"]),
    ]
}
