/// RFC 3339 timestamps, spec 01 §1.
extension Instant {
    /// Parses `YYYY-MM-DDTHH:MM:SS[.f]` followed by `Z` or a numeric offset `±HH:MM`, with 0 to 9 fraction digits.
    ///
    /// Fraction digits beyond microseconds are truncated. Everything else is refused: lower-case letters, a space for `T`, missing
    /// parts, days that do not exist, hour 24, leap seconds (POSIX time has none), and offsets that lead outside the years 0000–9999.
    public init?(rfc3339 text: String) {
        guard let instant = ASCIIReader.parse(text, { $0.instant() }) else { return nil }
        self = instant
    }

    /// Parses RFC 3339 text from UTF-8 bytes; see ``init(rfc3339:)-(String)``.
    public init?(rfc3339 bytes: UnsafeBufferPointer<UInt8>) {
        var reader = ASCIIReader(bytes)
        guard let instant = reader.instant(), reader.isAtEnd else { return nil }
        self = instant
    }

    /// The length of ``rfc3339`` in bytes.
    public static let rfc3339ByteCount = 24

    /// Exactly `YYYY-MM-DDTHH:MM:SS.sssZ`; microseconds are truncated to milliseconds.
    ///
    /// Instants outside the years 0000–9999, which the format cannot show, are clamped to its first or last millisecond.
    public var rfc3339: String {
        ASCIIWriter.string(count: Self.rfc3339ByteCount, write)
    }

    /// Appends the 24 bytes of ``rfc3339`` to `buffer`.
    public func writeRFC3339(into buffer: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: Self.rfc3339ByteCount, alignment: 1) { memory in
            var writer = ASCIIWriter(memory)
            write(&writer)
            buffer.append(contentsOf: memory)
        }
    }

    /// Fills the first 24 bytes of `memory` with ``rfc3339``.
    ///
    /// - Returns: the number of bytes written: 24, or 0 when `memory` is too small.
    @discardableResult
    public func writeRFC3339(to memory: UnsafeMutableRawBufferPointer) -> Int {
        guard memory.count >= Self.rfc3339ByteCount else { return 0 }
        var writer = ASCIIWriter(memory)
        write(&writer)
        return Self.rfc3339ByteCount
    }

    private func write(_ writer: inout ASCIIWriter) {
        let shown = min(max(self, Self.earliestText), Self.latestText)
        let days = shown.microsecondsSinceUnixEpoch.floorDivided(by: Self.microsecondsPerDay)
        let millisecondOfDay =
            Int(shown.microsecondsSinceUnixEpoch.floorModulo(Self.microsecondsPerDay)) / Int(Self.microsecondsPerMillisecond)
        writer.date(CivilDate(daysSinceUnixEpoch: Int(days)))
        writer.byte(ASCIIReader.Character.t)
        writer.digits(millisecondOfDay / 3_600_000, count: 2)
        writer.byte(ASCIIReader.Character.colon)
        writer.digits(millisecondOfDay / 60_000 % 60, count: 2)
        writer.byte(ASCIIReader.Character.colon)
        writer.digits(millisecondOfDay / 1_000 % 60, count: 2)
        writer.byte(ASCIIReader.Character.point)
        writer.digits(millisecondOfDay % 1_000, count: 3)
        writer.byte(ASCIIReader.Character.z)
    }

    /// 0000-01-01T00:00:00.000000Z.
    fileprivate static let earliestText = Instant(
        microsecondsSinceUnixEpoch: Int64(CivilDate.textRange.lowerBound) * microsecondsPerDay
    )
    /// 9999-12-31T23:59:59.999999Z.
    fileprivate static let latestText = Instant(
        microsecondsSinceUnixEpoch: (Int64(CivilDate.textRange.upperBound) + 1) * microsecondsPerDay - 1
    )
}

extension Instant: CustomStringConvertible, LosslessStringConvertible {
    /// ``rfc3339``.
    public var description: String { rfc3339 }

    /// Same as ``init(rfc3339:)-(String)``.
    public init?(_ description: String) {
        self.init(rfc3339: description)
    }
}

extension Instant: Codable {
    /// Decodes an RFC 3339 string.
    public init(from decoder: any Decoder) throws {
        self = try decoder.singleValueContainer().decodeText("an RFC 3339 timestamp")
    }

    /// Encodes ``rfc3339``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}

extension ASCIIReader {
    fileprivate mutating func instant() -> Instant? {
        guard let date = date(), skip(Character.t),
            let hour = digits(2), hour < 24, skip(Character.colon),
            let minute = digits(2), minute < 60, skip(Character.colon),
            let second = digits(2), second < 60
        else { return nil }
        var microseconds: Int64 = 0
        if skip(Character.point) {
            guard let fraction = fractionMicroseconds() else { return nil }
            microseconds = fraction
        }
        guard let offsetMinutes = offsetMinutes() else { return nil }
        let seconds = ((date.daysSinceUnixEpoch * 24 + hour) * 60 + minute - offsetMinutes) * 60 + second
        let instant = Instant(microsecondsSinceUnixEpoch: Int64(seconds) * Instant.microsecondsPerSecond + microseconds)
        guard instant >= Instant.earliestText, instant <= Instant.latestText else { return nil }
        return instant
    }

    /// `Z` or `±HH:MM`, in minutes east of UTC.
    private mutating func offsetMinutes() -> Int? {
        if skip(Character.z) { return 0 }
        let sign: Int
        if skip(Character.plus) {
            sign = 1
        } else if skip(Character.hyphen) {
            sign = -1
        } else {
            return nil
        }
        guard let hours = digits(2), hours < 24, skip(Character.colon), let minutes = digits(2), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
