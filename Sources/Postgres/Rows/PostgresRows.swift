/// The rows a statement returned, held in memory.
public struct PostgresRows: Sendable, RandomAccessCollection {
    let storage: ResultStorage

    /// The position of the first row.
    public var startIndex: Int { 0 }
    /// The number of rows.
    public var endIndex: Int { storage.rowCount }
    /// The row at a position.
    public subscript(position: Int) -> PostgresRow { PostgresRow(storage: storage, index: position) }

    /// Rows inserted, updated, deleted or returned by the statement.
    public var affected: Int { storage.affected }

    /// The columns' names, in order.
    public var columns: [String] { (0..<storage.columnCount).compactMap { storage.name(ofColumn: $0) } }

    /// Reads the first columns of every row as the given types.
    public func decode<each Column: PostgresDecodable>(_ types: (repeat each Column).Type) throws -> [(repeat each Column)] {
        var decoded: [(repeat each Column)] = []
        decoded.reserveCapacity(count)
        for row in self { decoded.append(try row.decode(types)) }
        return decoded
    }
}
