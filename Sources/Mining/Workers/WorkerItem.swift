import API
import GameRules

/// A worker as its owner sees it (spec 03 §4.1).
struct WorkerItem: ResponseObject {
    /// How long the address of an ended session is shown, seconds.
    private static let addressLife: Int64 = 7 * 86_400

    let row: WorkerReadStore.Row
    /// Nil while Redis is away.
    let live: LiveWorkers.Figures?
    /// Whether the caller has proven the address: who merely named it must not learn where its owner's machines stand (spec 03 §1).
    let isVerified: Bool
    let now: Instant

    private var status: WorkerStatus { row.isOnline ? .online : .offline }
    private var hashrates: Hashrates { live?.ring.hashrates(at: now) ?? row.hashrates(at: now) }
    private var acceptRate: Double { Percent.of(row.accepted, in: row.accepted + row.rejected, whenNone: 100) }

    private var ip: String? {
        guard isVerified, row.isOnline || row.disconnectedAt.map({ now.seconds(since: $0) < Self.addressLife }) ?? true else { return nil }
        return live?.ip
    }

    private var uptimeSeconds: Int64 {
        row.isOnline ? row.connectedAt.map { max(0, now.seconds(since: $0)) } ?? 0 : 0
    }

    static let fields = JSONFields<WorkerItem>("Worker")
        .field("name", \.row.name)
        .field("status", \.status)
        .field("hashrate_1m", \.hashrates.oneMinute, "H/s")
        .field("hashrate_5m", \.hashrates.fiveMinutes, "H/s")
        .field("hashrate_1h", \.hashrates.oneHour, "H/s")
        .field("hashrate_24h", \.hashrates.oneDay, "H/s")
        .field("current_diff", { $0.row.difficulty ?? 0 }, "Assigned last, 0 unknown")
        .field("best_diff", \.row.best, "Lifetime")
        .field("valid_shares", \.row.accepted, "Lifetime")
        .field("invalid_shares", \.row.rejected, "Lifetime")
        .field("accept_rate", \.acceptRate, "Percent; 100 when there are no shares")
        .field("last_share", \.row.lastShare?.rfc3339, "Last accepted share")
        .field("connected_at", \.row.connectedAt?.rfc3339, "Begin of the current or last session")
        .field("ip_address", \.ip, "Null for callers who have not proven their address, and 7 days after a disconnect")
        .field("user_agent", { $0.isVerified ? $0.row.userAgent : nil }, "Null for callers who have not proven their address")
        .field("shares_session", { $0.live?.sessionShares ?? 0 }, "Accepted since the last connect")
        .field("id", \.row.id)
        .field("shares_per_hour", { $0.live?.ring.acceptedInHour(at: $0.now) ?? 0 }, "Accepted in the trailing hour")
        .field("uptime_seconds", \.uptimeSeconds, "Of the current session, 0 when offline")
        .field("temperature", { _ in Double?.none }, "Always null: the pool does not report it")
        .field("stratum_version", { _ in String?.none }, "Always null: the pool does not report it")
}
