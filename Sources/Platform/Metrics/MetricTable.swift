package import Prometheus

/// Every metric the service reports (spec 11 §8): the source of HELP and TYPE lines and of `docs/metrics.md`.
package enum MetricTable {
    private static let requestBuckets: HistogramBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10]
    private static let ageBuckets: HistogramBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

    package static let all: [MetricDescription] = http + accounts + realtime + notifications + mining + gamification + foundation + process

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
        .gauge("tbg_rate_limit_backend", "Where rate limits are counted: 1 for the one in use.", labels: ["backend"]),
    ]

    private static let accounts: [MetricDescription] = [
        .counter("tbg_auth_events_total", "Attempts to get in, by what became of them.", labels: ["method", "result"]),
        .counter("tbg_mails_total", "Mails by what became of them.", labels: ["kind", "result"]),
        .counter("tbg_audit_events_total", "Audit rows written.", labels: ["action"]),
        .counter("tbg_audit_write_failures_total", "Audit rows that could not be written."),
    ]

    private static let realtime: [MetricDescription] = [
        .gauge("tbg_ws_active_connections", "Open sockets."),
        .gauge("tbg_ws_subscriptions", "Open sockets that listen to a channel.", labels: ["channel"]),
        .counter("tbg_ws_handshakes_total", "Attempts to open a socket, by the code they were refused with.", labels: ["result"]),
        .counter("tbg_ws_closes_total", "Sockets closed.", labels: ["code"]),
        .counter("tbg_ws_messages_sent_total", "Messages handed to sockets.", labels: ["channel", "event_type"]),
        .counter("tbg_ws_messages_dropped_total", "Published messages that reached no socket.", labels: ["reason"]),
        .histogram(
            "tbg_ws_delivery_seconds",
            "Time from the publication of a message until it was written to a socket.",
            labels: ["channel"],
            buckets: ageBuckets
        ),
        .histogram("tbg_dashboard_turn_seconds", "Time to refresh and tell the fortieth of the listeners whose turn it was."),
    ]

    private static let notifications: [MetricDescription] = [
        .counter(
            "tbg_notifications_dropped_total",
            "Notifications not made because their user has had twenty of the kind within an hour.",
            labels: ["kind"]
        )
    ]

    private static let mining: [MetricDescription] = [
        .counter("tbg_mining_shares_total", "Shares by what became of them.", labels: ["status"]),
        .counter("tbg_collector_events_total", "Datagrams of the pool by what became of them.", labels: ["result"]),
        .counter("tbg_collector_rejects_total", "Datagrams that are no event.", labels: ["reason"]),
        .counter("tbg_collector_time_fixed_total", "Events whose own time was missing or implausible."),
        .counter("tbg_collector_sink_events_total", "Events that reached a sink.", labels: ["sink"]),
        .counter("tbg_collector_dropped_total", "Events dropped on the way to a sink.", labels: ["sink", "event"]),
        .counter("tbg_collector_spool_dropped_total", "Bulk events dropped because a spool was full.", labels: ["sink"]),
        .counter("tbg_collector_spool_damaged_total", "Spool segments with a damaged record.", labels: ["sink"]),
        .gauge("tbg_collector_queue_events", "Events waiting in memory for a sink.", labels: ["sink"]),
        .gauge("tbg_collector_spool_bytes", "Bytes waiting on disk for a sink.", labels: ["sink"]),
        .gauge("tbg_stream_length", "Entries of a stream.", labels: ["stream"]),
        .gauge("tbg_stream_lag", "Entries a group has not read.", labels: ["stream", "group"]),
        .gauge("tbg_stream_pending", "Entries read and not acknowledged.", labels: ["stream", "group"]),
        .gauge("tbg_stream_oldest_pending_seconds", "Age of the oldest of them.", labels: ["stream", "group"]),
        .counter("tbg_mining_late_shares_total", "Shares stored more than ten minutes after their pool time."),
        .gauge("tbg_mining_active_workers", "Workers online."),
        .gauge("tbg_mining_pool_hashrate_ths", "Work of all miners in the last five minutes, TH/s."),
        .gauge("tbg_mining_rollup_mismatches", "Rows of yesterday that disagree with its shares.", labels: ["table"]),
        .counter("tbg_mining_gaps_total", "Losses of unread stream entries.", labels: ["reason"]),
        .histogram("tbg_event_age_seconds", "Age of a batch's oldest event at its commit.", labels: ["stream"], buckets: ageBuckets),
    ]

    private static let gamification: [MetricDescription] = [
        .counter("tbg_xp_drift_total", "Users whose totals disagreed with ledger or badges, and were corrected.")
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

    private static let process: [MetricDescription] =
        ProcessCollector.descriptions + [
            .gauge("tbg_build_info", "What is running; always 1.", labels: ["version", "commit", "environment"]),
            .counter("tbg_log_lines_dropped_total", "Log lines lost because the output was too slow."),
        ]
}
