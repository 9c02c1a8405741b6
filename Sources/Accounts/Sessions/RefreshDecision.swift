import GameRules

/// What becomes of a presented refresh token, by the table of spec 02 §7.5.
enum RefreshDecision: Sendable, Equatable {
    case expired, revoked
    /// It is the newest: a successor replaces it.
    case rotate
    /// It was replaced a moment ago, and the answer was perhaps lost, or another tab was quicker: the same successor is answered again.
    case replay
    /// It was replaced long ago: two parties hold this session, so neither keeps it.
    case reused

    init(_ row: RefreshStore.Row, graceMilliseconds: Int64, now: Instant) {
        if row.expiresAt <= now || row.sessionExpiresAt <= now {
            self = .expired
        } else if row.isRevoked {
            self = .revoked
        } else if let rotatedAt = row.rotatedAt {
            self = now.milliseconds(since: rotatedAt) <= graceMilliseconds ? .replay : .reused
        } else {
            self = .rotate
        }
    }
}
