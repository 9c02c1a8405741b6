/// The weighted two-window counter of spec 01 §7.3, as arithmetic: used = c + p·(W − e)/W, admitted while used + 1 ≤ L.
///
/// The Redis script and the in-memory limiter both follow it; only this one is compared with the spec's numbers.
struct RateWindow: Sendable, Equatable {
    /// Length of a window, milliseconds.
    static let length: Int64 = 60_000

    /// Requests in the running and in the previous window.
    let current: Int
    let previous: Int
    /// Milliseconds since the running window began; never negative, even when the clock steps back.
    let elapsed: Int64

    static func index(at now: Int64) -> Int64 { now / length }

    init(current: Int, previous: Int, now: Int64) {
        self.current = current
        self.previous = previous
        self.elapsed = max(0, now % Self.length)
    }

    private var used: Double { Double(current) + Double(previous) * Double(Self.length - elapsed) / Double(Self.length) }

    func admits(limit: Double) -> Bool { used + 1 <= limit }

    /// What is left after `added` more requests, whole and never negative.
    func remaining(limit: Double, added: Int) -> Int { max(0, Int((limit - used - Double(added)).rounded(.down))) }

    /// Whole seconds until one request fits, at least 1.
    func retryAfterSeconds(limit: Double) -> Int {
        let window = Double(Self.length)
        let rest = Double(Self.length - elapsed)
        let wait: Double
        if Double(current) <= limit - 1 {
            wait = previous == 0 ? 0 : rest - (limit - 1 - Double(current)) * window / Double(previous)
        } else {
            wait = rest + (limit <= 1 ? window : window - (limit - 1) * window / Double(current))
        }
        return max(1, Int((wait / 1000).rounded(.up)))
    }
}
