import Foundation
import Postgres

/// A date as a parameter.
struct Stamp: PostgresEncodable {
    let date: Date

    init(_ date: Date) { self.date = date }

    static var postgresType: PostgresType { PostgresTimestamp.postgresType }

    func encode(into buffer: inout [UInt8]) {
        PostgresTimestamp(microsecondsSinceUnixEpoch: Int64(date.timeIntervalSince1970 * 1_000_000)).encode(into: &buffer)
    }
}
