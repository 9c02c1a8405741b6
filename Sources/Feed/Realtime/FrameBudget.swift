import DequeModule

/// How many frames one client may send, as a value: sixty in any minute, wherever it begins (spec 04 §7.3).
struct FrameBudget: Sendable {
    enum Verdict: Sendable, Equatable {
        case granted
        /// The first frame beyond the budget within a minute: it is answered.
        case refused
        /// Further ones of that minute.
        case ignored
        /// The budget has been exceeded in too many minutes.
        case exhausted
    }

    static let frames = 60
    static let spanMilliseconds: Int64 = 60_000
    static let strikes = 3

    /// When the frames of the last minute came, the oldest first. A refused one is none of them, so whoever pauses recovers.
    private var granted = Deque<Int64>()
    private var refusedAt: Int64?
    private var refusals = 0

    /// - Parameter now: milliseconds of a clock that does not jump.
    mutating func charge(_ now: Int64) -> Verdict {
        while let oldest = granted.first, now - oldest >= Self.spanMilliseconds { granted.removeFirst() }
        guard granted.count >= Self.frames else {
            granted.append(now)
            return .granted
        }
        if let refusedAt, now - refusedAt < Self.spanMilliseconds { return .ignored }
        refusedAt = now
        refusals += 1
        return refusals >= Self.strikes ? .exhausted : .refused
    }
}
