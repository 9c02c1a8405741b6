/// One row of a result.
public struct PostgresRow: Sendable {
    let storage: ResultStorage
    let index: Int

    /// The number of columns.
    public var columnCount: Int { storage.columnCount }

    /// The value in a column, counted from 0; a column that does not exist reads as NULL.
    public subscript(column: Int) -> PostgresCell { storage.cell(row: index, column: column) }

    /// Reads the first columns as the given types:
    ///
    ///     let (id, name, seen) = try row.decode((Int64, String, PostgresTimestamp?).self)
    ///
    /// - Throws: ``PostgresError/decoding(_:)`` naming the column that is NULL, of another type or malformed.
    public func decode<each Column: PostgresDecodable>(_ types: (repeat each Column).Type) throws -> (repeat each Column) {
        var column = -1
        func next<Value: PostgresDecodable>(_: Value.Type) throws -> Value {
            column += 1
            return try Value(postgres: storage.cell(row: index, column: column))
        }
        return (repeat try next((each Column).self))
    }
}
