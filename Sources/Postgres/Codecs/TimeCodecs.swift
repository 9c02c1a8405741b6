/// An instant, `timestamp with time zone`, in microseconds since 1970-01-01T00:00:00Z.
public struct PostgresTimestamp: Hashable, Sendable, Comparable, PostgresEncodable, PostgresDecodable {
    /// Microseconds since the Unix epoch; `Int64.max` and `Int64.min` are PostgreSQL's `infinity` and `-infinity`.
    public var microsecondsSinceUnixEpoch: Int64

    /// 2000-01-01T00:00:00Z, PostgreSQL's epoch, in microseconds since the Unix epoch.
    private static let postgresEpoch: Int64 = 946_684_800_000_000

    /// An instant given in microseconds since the Unix epoch.
    public init(microsecondsSinceUnixEpoch: Int64) {
        self.microsecondsSinceUnixEpoch = microsecondsSinceUnixEpoch
    }

    /// `timestamp with time zone`
    public static var postgresType: PostgresType { .timestamptz }

    /// Appends eight bytes. Instants before PostgreSQL's range become `-infinity`.
    public func encode(into buffer: inout [UInt8]) {
        let isInfinite = microsecondsSinceUnixEpoch == .max || microsecondsSinceUnixEpoch == .min
        let (shifted, overflow) = microsecondsSinceUnixEpoch.subtractingReportingOverflow(Self.postgresEpoch)
        buffer.append(bigEndian: isInfinite ? microsecondsSinceUnixEpoch : overflow ? .min : shifted)
    }

    /// Reads `timestamp with time zone`, or `timestamp` taken as UTC.
    public init(postgres cell: PostgresCell) throws {
        let raw = try cell.fixed(Int64.self, as: cell.typeOID == PostgresType.timestamp.oid ? .timestamp : .timestamptz)
        if raw == .max || raw == .min {
            microsecondsSinceUnixEpoch = raw
        } else {
            let (shifted, overflow) = raw.addingReportingOverflow(Self.postgresEpoch)
            guard !overflow else { throw cell.failure(.outOfRange) }
            microsecondsSinceUnixEpoch = shifted
        }
    }

    /// Chronological order.
    public static func < (left: PostgresTimestamp, right: PostgresTimestamp) -> Bool {
        left.microsecondsSinceUnixEpoch < right.microsecondsSinceUnixEpoch
    }
}

/// A calendar day, `date`, in days since 1970-01-01.
public struct PostgresDate: Hashable, Sendable, Comparable, PostgresEncodable, PostgresDecodable {
    /// Days since 1970-01-01; `Int32.max` and `Int32.min` are PostgreSQL's `infinity` and `-infinity`.
    public var daysSinceUnixEpoch: Int32

    /// 2000-01-01, PostgreSQL's epoch, in days since 1970-01-01.
    private static let postgresEpoch: Int32 = 10_957

    /// A day given in days since 1970-01-01.
    public init(daysSinceUnixEpoch: Int32) {
        self.daysSinceUnixEpoch = daysSinceUnixEpoch
    }

    /// `date`
    public static var postgresType: PostgresType { .date }

    /// Appends four bytes. Days before PostgreSQL's range become `-infinity`.
    public func encode(into buffer: inout [UInt8]) {
        let isInfinite = daysSinceUnixEpoch == .max || daysSinceUnixEpoch == .min
        let (shifted, overflow) = daysSinceUnixEpoch.subtractingReportingOverflow(Self.postgresEpoch)
        buffer.append(bigEndian: isInfinite ? daysSinceUnixEpoch : overflow ? .min : shifted)
    }

    /// Reads `date`.
    public init(postgres cell: PostgresCell) throws {
        let raw = try cell.fixed(Int32.self, as: .date)
        if raw == .max || raw == .min {
            daysSinceUnixEpoch = raw
        } else {
            let (shifted, overflow) = raw.addingReportingOverflow(Self.postgresEpoch)
            guard !overflow else { throw cell.failure(.outOfRange) }
            daysSinceUnixEpoch = shifted
        }
    }

    /// Chronological order.
    public static func < (left: PostgresDate, right: PostgresDate) -> Bool {
        left.daysSinceUnixEpoch < right.daysSinceUnixEpoch
    }
}
