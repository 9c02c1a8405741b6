/// The UTC minutes of one day in which a miner was present: one bit a minute (spec 03 §4.6, `user_daily_stats.presence`).
package struct PresenceMinutes: Sendable, Equatable {
    /// Minutes of a day.
    package static let count = 1440
    /// A share keeps its minute and the four after it present.
    package static let minutesPerShare = 5
    private static let byteCount = count / 8

    private var words: [UInt64]

    /// No minute.
    package init() {
        words = [UInt64](repeating: 0, count: (Self.count + 63) / 64)
    }

    /// From the stored bytes; bits beyond a day are dropped, missing bytes are empty.
    package init(bytes: some Sequence<UInt8>) {
        self.init()
        for (index, byte) in bytes.prefix(Self.byteCount).enumerated() {
            words[index / 8] |= UInt64(byte) << (UInt64(index % 8) * 8)
        }
    }

    /// Marks minutes; those past the end of the day are ignored here and belong to the next day.
    package mutating func insert(_ minutes: Range<Int>) {
        for minute in minutes.clamped(to: 0..<Self.count) { words[minute / 64] |= 1 << UInt64(minute % 64) }
    }

    /// Adds all minutes of another set.
    package mutating func formUnion(_ other: PresenceMinutes) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    /// Number of minutes marked.
    package var minutes: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The stored form: 180 bytes, the first minute in the lowest bit of the first byte.
    package var bytes: [UInt8] {
        (0..<Self.byteCount).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> (UInt64($0 % 8) * 8)) }
    }
}
