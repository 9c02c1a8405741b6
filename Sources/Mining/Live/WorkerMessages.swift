import API
import GameRules
import Platform
import Postgres

/// Tells owners that a worker went on or off (spec 04 §8 `worker_status`).
enum WorkerMessages {
    /// - Parameter database: counts the owners' workers; while it is away nothing is told.
    static func messages(for switches: [WorkerSwitch], database: PostgresClient) async -> [Publisher.Personal] {
        guard !switches.isEmpty, let rows = try? await database.query(SessionStore.counts(of: Array(Set(switches.map(\.user))))) else {
            return []
        }
        var counts: [UserID: (online: Int64, total: Int64)] = [:]
        for row in rows {
            guard let (user, online, total) = try? row.decode((UserID, Int64, Int64).self) else { continue }
            counts[user] = (online, total)
        }
        return switches.map { change in
            let (online, total) = counts[change.user] ?? (0, 0)
            return Publisher.Personal(to: change.user, channel: "mining", type: "worker_status") { json in
                json.name("worker")
                json.string(change.worker.name)
                json.name("status")
                json.string(change.isOnline ? "online" : "offline")
                json.name("reason")
                json.string(change.reason.rawValue)
                json.name("last_share")
                if let last = change.lastShare { json.string(last.rfc3339) } else { json.null() }
                json.name("connected_at")
                if let connected = change.connectedAt { json.string(connected.rfc3339) } else { json.null() }
                json.name("workers_online")
                json.integer(online)
                json.name("workers_total")
                json.integer(total)
                json.name("time")
                json.string(change.time.rfc3339)
            }
        }
    }
}
