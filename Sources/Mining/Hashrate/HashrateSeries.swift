import Bitcoin
import GameRules

/// The points of a chart, made from sums by step (spec 03 §4.3). Steps after the miner's first sign of life that have nothing count as 0,
/// earlier ones do not exist.
enum HashrateSeries {
    /// Snapshots of one step.
    struct Snapshots: Sendable, Equatable {
        /// Sum of their five-minute hashrates, H/s.
        var sum: Double
        /// The latest of them.
        var latest: Instant
    }

    /// A slot younger than this may not have been written yet and is left out, seconds.
    private static let patience: Int64 = 600

    /// Means of snapshots.
    /// - Parameter steps: by the end of the step.
    static func points(
        ofSnapshots steps: [Instant: Snapshots],
        window: ChartWindow,
        since first: Instant?,
        at now: Instant
    ) -> [HashratePoint] {
        points(window, since: first, at: now) { end in
            let slots = window.step / SnapshotSlot.seconds
            let latest = steps[end]?.latest ?? end.adding(seconds: -window.step)
            let awaited = (0..<slots).count { age in
                let slot = end.adding(seconds: -age * SnapshotSlot.seconds)
                return slot > latest && now.seconds(since: slot) < patience
            }
            let counted = slots - Int64(awaited)
            return counted > 0 ? (steps[end]?.sum ?? 0) / Double(counted) : nil
        }
    }

    /// Hashrates of work done in whole hours.
    /// - Parameter steps: summed work by the end of the step.
    static func points(ofWork steps: [Instant: Double], window: ChartWindow, since first: Instant?, at now: Instant) -> [HashratePoint] {
        points(window, since: first, at: now) { end in
            Hashrate(work: Work(steps[end] ?? 0), seconds: Double(window.step)).hashesPerSecond
        }
    }

    private static func points(
        _ window: ChartWindow,
        since first: Instant?,
        at now: Instant,
        _ value: (Instant) -> Double?
    ) -> [HashratePoint] {
        guard let first else { return [] }
        return window.ends(before: now).compactMap { end in
            guard end > first, let hashrate = value(end) else { return nil }
            return HashratePoint(time: window.label(ofStepEnding: end), hashrate: hashrate)
        }
    }
}
