public import GameRules
public import Postgres

// How the domain's types lie in the database. The arrays of each come for free.

extension Instant: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { PostgresTimestamp.postgresType }

    public func encode(into buffer: inout [UInt8]) {
        PostgresTimestamp(microsecondsSinceUnixEpoch: microsecondsSinceUnixEpoch).encode(into: &buffer)
    }

    public init(postgres cell: PostgresCell) throws {
        self.init(microsecondsSinceUnixEpoch: try PostgresTimestamp(postgres: cell).microsecondsSinceUnixEpoch)
    }
}

extension UTCDay: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { PostgresDate.postgresType }

    public func encode(into buffer: inout [UInt8]) {
        PostgresDate(daysSinceUnixEpoch: daysSinceUnixEpoch).encode(into: &buffer)
    }

    public init(postgres cell: PostgresCell) throws {
        self.init(daysSinceUnixEpoch: try PostgresDate(postgres: cell).daysSinceUnixEpoch)
    }
}

extension UserID: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { Int64.postgresType }

    public func encode(into buffer: inout [UInt8]) { rawValue.encode(into: &buffer) }

    public init(postgres cell: PostgresCell) throws {
        self.init(rawValue: try Int64(postgres: cell))
    }
}
