public import GameRules
public import Postgres

// How the domain's types lie in the database. The arrays of each come for free.

extension Instant: PostgresEncodable, PostgresDecodable {
    /// The type it is stored as.
    public static var postgresType: PostgresType { PostgresTimestamp.postgresType }

    /// The stored form.
    public func encode(into buffer: inout [UInt8]) {
        PostgresTimestamp(microsecondsSinceUnixEpoch: microsecondsSinceUnixEpoch).encode(into: &buffer)
    }

    /// Reads the stored form.
    public init(postgres cell: PostgresCell) throws {
        self.init(microsecondsSinceUnixEpoch: try PostgresTimestamp(postgres: cell).microsecondsSinceUnixEpoch)
    }
}

extension UTCDay: PostgresEncodable, PostgresDecodable {
    /// The type it is stored as.
    public static var postgresType: PostgresType { PostgresDate.postgresType }

    /// The stored form.
    public func encode(into buffer: inout [UInt8]) {
        PostgresDate(daysSinceUnixEpoch: daysSinceUnixEpoch).encode(into: &buffer)
    }

    /// Reads the stored form.
    public init(postgres cell: PostgresCell) throws {
        self.init(daysSinceUnixEpoch: try PostgresDate(postgres: cell).daysSinceUnixEpoch)
    }
}

extension UserID: PostgresEncodable, PostgresDecodable {
    /// The type it is stored as.
    public static var postgresType: PostgresType { Int64.postgresType }

    /// The stored form.
    public func encode(into buffer: inout [UInt8]) { rawValue.encode(into: &buffer) }

    /// Reads the stored form.
    public init(postgres cell: PostgresCell) throws {
        self.init(rawValue: try Int64(postgres: cell))
    }
}
