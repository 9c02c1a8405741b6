/// A UTC hour, the bucket of hourly roll-ups.
public struct UTCHour: CalendarPeriod {
    /// Hours since 1970-01-01T00:00Z.
    public let index: Int

    /// The hour with this number of hours since 1970-01-01T00:00Z, clamped to the range of ``Instant``.
    public init(index: Int) {
        self.index = min(max(index, -Self.lastIndex), Self.lastIndex)
    }

    /// The hour that contains `instant`.
    public init(containing instant: Instant) {
        self.init(index: Int(instant.microsecondsSinceUnixEpoch.floorDivided(by: Instant.microsecondsPerHour)))
    }

    /// The first instant of the hour.
    public var start: Instant {
        Instant(microsecondsSinceUnixEpoch: Int64(index).saturatingMultiplied(by: Instant.microsecondsPerHour))
    }

    /// The day this hour belongs to.
    public var day: UTCDay { UTCDay(index: index.floorDivided(by: 24)) }

    /// The hour of its day, 0…23.
    public var hourOfDay: Int { index.floorModulo(24) }

    /// `YYYY-MM-DDTHH`.
    public var description: String {
        let hour = ASCIIWriter.string(count: 3) {
            $0.byte(ASCIIReader.Character.t)
            $0.digits(hourOfDay, count: 2)
        }
        return day.description + hour
    }

    /// The last whole hour before ``Instant`` ends.
    private static let lastIndex = Int(Int64.max / Instant.microsecondsPerHour)
}
