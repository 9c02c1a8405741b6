import Bitcoin
import GameRules

/// A multiple of five minutes: the instant a snapshot is of (spec 03 §6.1).
struct SnapshotSlot: Hashable, Comparable, Sendable {
    /// Time from one slot to the next.
    static let seconds: Int64 = 300
    /// A ring still holds every minute of the hour before a slot so long after it; whoever comes later sees a part only.
    private static let punctuality: Int64 = 120
    /// How long a missed slot can be filled from a ring.
    private static let memory: Int64 = 55 * 60

    let time: Instant

    /// The newest slot at an instant.
    init(newestAt instant: Instant) {
        time = Instant(secondsSinceUnixEpoch: instant.secondsSinceUnixEpoch / Self.seconds * Self.seconds)
    }

    /// Whether the whole hour before the slot can still be read.
    func isPunctual(at now: Instant) -> Bool { now.seconds(since: time) < Self.punctuality }

    /// This slot and those before it that nobody has taken and that can still be filled, newest first.
    /// - Parameter last: the newest slot that has been taken.
    func open(since last: Instant?, at now: Instant) -> [SnapshotSlot] {
        sequence(first: self) { SnapshotSlot(newestAt: $0.time.adding(seconds: -1)) }
            .prefix { slot in
                now.seconds(since: slot.time) <= Self.memory && (slot == self || last.map { slot.time > $0 } ?? true)
            }
    }

    static func < (left: SnapshotSlot, right: SnapshotSlot) -> Bool { left.time < right.time }

    /// What a ring says of the slot: means over whole buckets that end at it, H/s. Hour and day are known only to the punctual.
    func figures(of ring: WorkRing, isPunctual: Bool) -> Figures {
        Figures(
            oneMinute: mean(of: ring, seconds: 60),
            fiveMinutes: mean(of: ring, seconds: 300),
            oneHour: isPunctual ? mean(of: ring, seconds: 3600) : nil,
            oneDay: isPunctual ? ring.hashrates(at: time).oneDay : nil
        )
    }

    struct Figures: Sendable, Equatable {
        let oneMinute: Double
        let fiveMinutes: Double
        let oneHour: Double?
        let oneDay: Double?

        /// Whether there is something to keep.
        var isSilent: Bool { oneHour ?? fiveMinutes == 0 }
    }

    private func mean(of ring: WorkRing, seconds: Int64) -> Double {
        let work = ring.work(.minute, in: time.adding(seconds: -seconds)..<time)
        return Hashrate(work: Work(work), seconds: Double(seconds)).hashesPerSecond
    }
}
