public import NIOCore

/// Pauses between attempts to connect: they double up to a limit, and each is cut by up to half at random so that many
/// clients do not come back at the same instant.
public struct Backoff: Sendable, Equatable {
    /// Pause after the first failure.
    public var first: TimeAmount
    /// Longest pause.
    public var limit: TimeAmount

    /// Pauses from 0.1 s to 5 s.
    public init(first: TimeAmount = .milliseconds(100), limit: TimeAmount = .seconds(5)) {
        self.first = first
        self.limit = limit
    }

    /// The pause after a number of failures in a row (1 or more), with 0 ≤ `random` < 1.
    public func pause(failures: Int, random: Double) -> TimeAmount {
        let doublings = min(max(failures - 1, 0), 30)
        let (grown, overflow) = first.nanoseconds.multipliedReportingOverflow(by: 1 << Int64(doublings))
        let whole = overflow ? limit.nanoseconds : min(grown, limit.nanoseconds)
        return .nanoseconds(Int64(Double(whole) * (1 - 0.5 * random)))
    }
}
