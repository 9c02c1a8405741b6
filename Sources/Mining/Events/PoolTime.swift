package import GameRules

/// Which instant counts as an event's pool time (spec 03a §3).
package enum PoolTime {
    /// A pool's clock may be so far ahead of ours before it is not believed.
    static let maximumAheadSeconds: Int64 = 120
    /// A datagram may be so old when it arrives before its time is not believed.
    static let maximumBehindSeconds: Int64 = 300
    /// Shares of older days may meet compressed or dropped partitions.
    static let maximumAgeDays: Int64 = 8

    /// The collector's rule: a missing or implausible instant becomes the time of receipt.
    package static func atSocket(_ claimed: Instant?, receivedAt: Instant) -> (time: Instant, isFixed: Bool) {
        guard let claimed, claimed <= receivedAt.adding(seconds: maximumAheadSeconds),
            claimed >= receivedAt.adding(seconds: -maximumBehindSeconds)
        else { return (receivedAt, true) }
        return (claimed, false)
    }

    /// The reader's rule: an entry's own time is believed unless it is ahead of the entry's id.
    ///
    /// - Throws: ``EventRejection/tooOld`` for what is more than 8 days behind `now`.
    package static func inStream(_ claimed: Instant?, entryTime: Instant, now: Instant) throws(EventRejection) -> Instant {
        var time = claimed ?? entryTime
        if time > entryTime.adding(seconds: maximumAheadSeconds) { time = entryTime }
        guard time >= now.adding(seconds: -maximumAgeDays * 86_400) else { throw .tooOld }
        return time
    }

    /// Parses decimal Unix seconds as entries carry them, `1772000000.123456`, rounding beyond the sixth fraction digit.
    static func parse(_ text: UnsafeRawBufferPointer) -> Instant? {
        var seconds: Int64 = 0
        var position = 0
        while position < text.count, text[position] &- 0x30 < 10 {
            guard position < 12 else { return nil }
            seconds = seconds * 10 + Int64(text[position] - 0x30)
            position += 1
        }
        guard position > 0 else { return nil }
        var microseconds: Int64 = 0
        if position < text.count {
            guard text[position] == UInt8(ascii: "."), position + 1 < text.count else { return nil }
            let fraction = text[(position + 1)...]
            guard fraction.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
            var scale: Int64 = 100_000
            for digit in fraction.prefix(6) {
                microseconds += Int64(digit - 0x30) * scale
                scale /= 10
            }
            if let next = fraction.dropFirst(6).first, next >= 0x35 { microseconds += 1 }
        }
        return Instant(microsecondsSinceUnixEpoch: seconds * 1_000_000 + microseconds)
    }

    /// Parses what a pool may send as text: decimal seconds or RFC 3339.
    static func parse(_ text: String) -> Instant? {
        var text = text
        return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) } ?? Instant(rfc3339: text)
    }
}
