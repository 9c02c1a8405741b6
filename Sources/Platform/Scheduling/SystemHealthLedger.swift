import GameRules
package import Postgres
package import Scheduler

/// The record of task runs: rows `task:<name>` of `system_health` (spec 11 §4, §7).
package struct SystemHealthLedger: TaskLedger {
    private let database: PostgresClient

    package init(database: PostgresClient) {
        self.database = database
    }

    package func histories(of tasks: [String]) async throws -> [String: TaskHistory] {
        let components = tasks.map { "task:" + $0 }
        let rows = try await database.query(
            """
            select c.component, last.key, usual.milliseconds
            from unnest(\(components)) as c (component)
            left join lateral (
                select h.details ->> 'key' as key from system_health h
                where h.component = c.component and h.status = 'ok' and h.details ->> 'event' = 'end' and h.details ->> 'manual' = 'false'
                order by h.time desc limit 1
            ) last on true
            left join lateral (
                select percentile_cont(0.5) within group (order by r.latency_ms) as milliseconds from (
                    select h.latency_ms from system_health h
                    where h.component = c.component and h.status = 'ok' and h.details ->> 'event' = 'end'
                    order by h.time desc limit 10
                ) r
            ) usual on true
            """
        )
        var histories: [String: TaskHistory] = [:]
        for row in rows {
            let (component, key, milliseconds) = try row.decode((String, String?, Double?).self)
            histories[String(component.dropFirst("task:".count))] = TaskHistory(
                lastSuccessfulKey: key,
                usualDurationMilliseconds: milliseconds.map { Int64($0) }
            )
        }
        return histories
    }

    package func recordStart(_ run: TaskRun) async throws {
        try await write(run, event: "start", status: "ok", at: run.startedAtMilliseconds, latency: nil, outcome: "running")
    }

    package func recordEnd(_ run: TaskRun, outcome: TaskOutcome, atMilliseconds end: Int64) async throws {
        var code = outcome.label
        if case .failed(let name) = outcome { code = "failed:" + name }
        let isGood = outcome == .succeeded
        try await write(
            run,
            event: "end",
            status: isGood ? "ok" : "down",
            at: end,
            latency: Double(end - run.startedAtMilliseconds),
            outcome: code
        )
    }

    private func write(_ run: TaskRun, event: String, status: String, at milliseconds: Int64, latency: Double?, outcome: String)
        async throws
    {
        let component = "task:" + run.task
        let manual = run.isManual
        let time = Instant(millisecondsSinceUnixEpoch: milliseconds)
        // A start and an end in the same millisecond are one row: the end.
        try await database.execute(
            """
            insert into system_health (time, node_id, component, role, status, latency_ms, details)
            values (\(time), 'cluster', \(component), 'worker', \(status), \(latency),
                    jsonb_build_object('key', \(run.key.text)::text, 'event', \(event)::text, 'outcome', \(outcome)::text, 'manual', \(manual)::boolean))
            on conflict (time, node_id, component) do update
            set status = excluded.status, latency_ms = excluded.latency_ms, details = excluded.details
            """
        )
    }
}
