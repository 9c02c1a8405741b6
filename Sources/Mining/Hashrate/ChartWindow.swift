import GameRules

/// A span of hashrate a chart shows, cut into steps (spec 03 §4.3).
enum ChartWindow: String, CaseIterable, Sendable {
    case oneHour = "1h"
    case oneDay = "24h"
    case oneWeek = "7d"
    case thirtyDays = "30d"

    /// Length of a step, seconds. Steps begin at its multiples, so six hours begin at 00, 06, 12 and 18 UTC.
    var step: Int64 {
        switch self {
        case .oneHour, .oneDay: SnapshotSlot.seconds
        case .oneWeek: 3600
        case .thirtyDays: 21_600
        }
    }

    /// Most points of a chart.
    var count: Int64 {
        switch self {
        case .oneHour: 12
        case .oneDay: 288
        case .oneWeek: 168
        case .thirtyDays: 120
        }
    }

    /// Whether a point is one snapshot, shown at the snapshot's instant; others are whole buckets, shown at their begin.
    var isBySnapshot: Bool { step == SnapshotSlot.seconds }

    /// The last complete steps before an instant.
    func span(before now: Instant) -> Range<Instant> {
        let last = now.secondsSinceUnixEpoch / step * step
        return Instant(secondsSinceUnixEpoch: last - count * step)..<Instant(secondsSinceUnixEpoch: last)
    }

    /// The ends of these steps, earliest first.
    func ends(before now: Instant) -> [Instant] {
        let start = span(before: now).lowerBound
        return (1...count).map { start.adding(seconds: $0 * step) }
    }

    /// The instant shown for the step that ends at an instant.
    func label(ofStepEnding end: Instant) -> Instant { isBySnapshot ? end : end.adding(seconds: -step) }
}
