import GameRules
import Platform
import Postgres

/// The raw log `mining_events`: every event as it came, members no reader knows included (spec 03a §4.3, §9).
struct RawLogSink: EventSink {
    let name = "raw_log"
    let batchLimit: Int
    let patience: Duration
    let database: PostgresClient

    func write(_ records: [EventRecord]) async -> SinkOutcome {
        do {
            try await database.execute(Self.insert(records))
            return SinkOutcome()
        } catch let error as PostgresError where Self.isAboutData(error) {
            // One event spoils the statement: halves find it.
            guard records.count > 1 else { return SinkOutcome(refused: records, error: error.kind) }
            let middle = records.count / 2
            let first = await write(Array(records[..<middle]))
            let second = await write(Array(records[middle...]))
            return SinkOutcome(rest: first.rest + second.rest, refused: first.refused + second.refused, error: second.error ?? first.error)
        } catch {
            return SinkOutcome(rest: records, error: (error as? PostgresError)?.kind ?? "\(type(of: error))")
        }
    }

    /// Data exceptions and violated constraints (SQLSTATE classes 22 and 23) do not pass by themselves.
    private static func isAboutData(_ error: PostgresError) -> Bool {
        error.sqlState.map { ["22", "23"].contains($0.category) } ?? false
    }

    private static func insert(_ records: [EventRecord]) -> SQL {
        """
        insert into mining_events (ts, event_type, source, payload, region, event_id, recv_at, ts_fixed)
        select * from unnest(\(records.map(\.envelope.time)), \(records.map(\.name)), \(records.map(\.envelope.source.rawValue)),
                             \(records.map { JSONB(bytes: $0.data.bytes) }), \(records.map(\.envelope.region)), \(records.map(\.envelope.id)),
                             \(records.map(\.envelope.receivedAt)), \(records.map(\.envelope.isTimeFixed)))
        on conflict do nothing
        """
    }
}
