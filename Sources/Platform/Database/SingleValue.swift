package import Postgres

extension PostgresRows {
    /// The first column of the first row; nil without rows.
    package func value<Value: PostgresDecodable>(_ type: Value.Type) throws -> Value? {
        try first.map { try Value(postgres: $0[0]) }
    }
}
