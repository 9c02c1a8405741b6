import GameRules
import Metrics

/// What ingest reports (spec 11 §8).
struct IngestCounts: Sendable {
    private let accepted = Counter(label: "tbg_mining_shares_total", dimensions: [("status", "accepted")])
    private let refused = Counter(label: "tbg_mining_shares_total", dimensions: [("status", "rejected")])
    private let duplicates = Counter(label: "tbg_mining_shares_total", dimensions: [("status", "duplicate")])
    private let invalid = Counter(label: "tbg_mining_shares_total", dimensions: [("status", "invalid")])
    private let late = Counter(label: "tbg_mining_late_shares_total")
    private static let lateSeconds: Int64 = 600
    private let age = Timer(label: "tbg_event_age_seconds", dimensions: [("stream", "share_submitted")])

    func rejected(_ count: Int) {
        if count > 0 { invalid.increment(by: count) }
    }

    /// - Parameter committed: when the batch's transaction was over.
    func stored(_ change: BatchChange, of offered: Int, at committed: Instant) {
        let good = change.shares.count { $0.isAccepted }
        accepted.increment(by: good)
        refused.increment(by: change.shares.count - good)
        duplicates.increment(by: max(0, offered - change.shares.count))
        // Late shares, such as those of a spool, still enter the roll-ups of their own time (spec 03a §6.6).
        let late = change.shares.count { change.now.seconds(since: $0.time) > Self.lateSeconds }
        if late > 0 { self.late.increment(by: late) }
        // One observation a batch, of its oldest share: the figure alerts look at is the worst, not the mean.
        if let oldest = change.shares.map(\.time).min() { age.recordNanoseconds(max(0, committed.microseconds(since: oldest)) * 1000) }
    }
}

/// What a stream consumer reports.
struct ConsumerCounts: Sendable {
    /// Entries were lost before anybody read them.
    func gap(_ reason: String) { Counter(label: "tbg_mining_gaps_total", dimensions: [("reason", reason)]).increment() }
}
