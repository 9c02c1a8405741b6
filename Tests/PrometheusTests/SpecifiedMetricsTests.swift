import CoreMetrics
import Prometheus
import Testing

/// The metric names of spec 11 §8, as a large declaration table: all of it at once must please the checker.
@Suite("A full table of metrics")
struct SpecifiedMetricsTests {
    private static let counters: [(String, [String])] = [
        ("http_requests_total", ["method", "handler", "status"]), ("tbg_ws_messages_sent_total", ["channel", "event_type"]),
        ("tbg_ws_messages_dropped_total", ["reason"]), ("tbg_ws_handshakes_total", ["result"]), ("tbg_ws_closes_total", ["code"]),
        ("tbg_mining_shares_total", ["status"]), ("tbg_mining_blocks_found_total", []),
        ("tbg_stream_events_total", ["stream", "group", "result"]), ("tbg_gamification_xp_awarded_total", ["source"]),
        ("tbg_gamification_badges_awarded_total", ["badge_id"]), ("tbg_gamification_level_ups_total", []),
        ("tbg_games_played_total", ["game_type"]), ("tbg_xp_drift_total", []), ("tbg_notifications_total", ["channel", "result"]),
        ("tbg_auth_events_total", ["method", "result"]), ("tbg_rate_limit_hits_total", ["tier"]), ("tbg_db_errors_total", ["kind"]),
        ("tbg_cache_requests_total", ["cache", "result"]), ("tbg_public_cache_errors_total", ["section"]),
        ("tbg_task_runs_total", ["task", "result"]), ("tbg_audit_events_total", ["action"]), ("tbg_audit_write_failures_total", []),
    ]
    private static let gauges: [(String, [String])] = [
        ("tbg_http_in_flight", []), ("tbg_ws_active_connections", []), ("tbg_ws_subscriptions", ["channel"]),
        ("tbg_mining_active_workers", []), ("tbg_mining_pool_hashrate_ths", []), ("tbg_stream_lag", ["stream", "group"]),
        ("tbg_stream_pending", ["stream", "group"]), ("tbg_stream_dead_letters", ["stream", "group"]),
        ("tbg_rate_limit_backend", ["backend"]), ("tbg_db_pool_size", []), ("tbg_db_pool_free", []), ("tbg_db_pool_waiters", []),
        ("tbg_public_cache_age_seconds", ["section"]), ("tbg_task_duration_seconds", ["task"]),
        ("tbg_task_last_success_timestamp", ["task"]), ("tbg_leader", []), ("tbg_backup_last_success_timestamp", []),
        ("tbg_backup_bytes", []), ("tbg_build_info", ["version", "commit", "environment"]),
    ]
    private static let histograms: [(String, [String])] = [
        ("http_request_duration_seconds", ["method", "handler"]), ("tbg_ws_delivery_seconds", ["channel"]),
        ("tbg_stream_event_seconds", ["stream", "group"]), ("tbg_event_age_seconds", ["stream"]), ("tbg_db_query_seconds", ["statement"]),
        ("tbg_redis_command_seconds", ["command"]),
    ]

    @Test("passes promtool with several series of each, and shows every one of them")
    func wholeTable() throws {
        let registry = PrometheusRegistry(
            descriptions: Self.counters.map { .counter($0.0, "Counter \($0.0).", labels: $0.1) }
                + Self.gauges.map { .gauge($0.0, "Gauge \($0.0).", labels: $0.1) }
                + Self.histograms.map { .histogram($0.0, "Histogram \($0.0).", labels: $0.1) }
        )
        for round in 0..<3 {
            func dimensions(_ labels: [String]) -> [(String, String)] { labels.map { ($0, "\($0)-\(round)") } }
            for (name, labels) in Self.counters {
                Counter(label: name, dimensions: dimensions(labels), factory: registry).increment(by: round)
            }
            for (name, labels) in Self.gauges {
                Gauge(label: name, dimensions: dimensions(labels), factory: registry).record(round)
            }
            for (name, labels) in Self.histograms {
                Timer(label: name, dimensions: dimensions(labels), factory: registry).recordMilliseconds(round)
            }
        }
        let verdict = try Promtool.check(registry.render())
        #expect(verdict.status == 0, "\(verdict.output)")

        let exposition = try Exposition(registry)
        for (name, labels) in Self.counters + Self.gauges {
            #expect(exposition.samples.count { $0.name == name } == (labels.isEmpty ? 1 : 3), "\(name)")
        }
        for (name, _) in Self.histograms {
            #expect(exposition.samples.count { $0.name == name + "_count" } == 3, "\(name)")
        }
    }
}
