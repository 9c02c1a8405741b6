/// Rows for `COPY`, in its binary format (PostgreSQL manual, COPY, "Binary Format").
public struct CopyWriter: Sendable {
    private var bytes: [UInt8]
    /// The number of rows.
    public private(set) var count = 0
    /// The number of values of each row so far; `nil` when rows differ or there are none.
    private var width: Int?

    /// No rows yet.
    ///
    /// - Parameter reservingBytes: the size expected, to avoid reallocation.
    public init(reservingBytes: Int = 0) {
        bytes = []
        bytes.reserveCapacity(reservingBytes + 32)
        bytes += [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00]  // "PGCOPY\n\377\r\n\0"
        bytes.append(bigEndian: Int32(0))
        bytes.append(bigEndian: Int32(0))
    }

    /// Appends one row of the given values, in the order of the columns.
    public mutating func append<each Value: PostgresEncodable>(_ values: repeat each Value) {
        var columns = 0
        for _ in repeat (each Value).self { columns += 1 }
        beginRow(columns)
        repeat ArrayFormat.encodeWithLength(each values, into: &bytes)
    }

    /// Appends one row of `columnCount` values, which `body` appends one by one. Missing values are NULL; surplus ones are ignored.
    public mutating func row(_ columnCount: Int, _ body: (inout Row) throws -> Void) rethrows {
        beginRow(columnCount)
        var row = Row(bytes: bytes, remaining: columnCount)
        bytes = []
        defer {
            for _ in 0..<row.remaining { row.bytes.append(bigEndian: Int32(-1)) }
            bytes = row.bytes
        }
        try body(&row)
    }

    /// One row being written.
    public struct Row {
        fileprivate var bytes: [UInt8]
        fileprivate var remaining: Int

        /// Appends the next column's value.
        public mutating func append(_ value: some PostgresEncodable) {
            guard remaining > 0 else { return }
            remaining -= 1
            ArrayFormat.encodeWithLength(value, into: &bytes)
        }
    }

    /// The size of the data in bytes.
    public var byteCount: Int { bytes.count }

    private mutating func beginRow(_ columns: Int) {
        width = count == 0 || width == columns ? columns : nil
        count += 1
        bytes.append(bigEndian: Int16(truncatingIfNeeded: columns))
    }

    /// Whether every row has that many values.
    func isRectangular(_ columns: Int) -> Bool { width == columns }

    /// The data with its trailer.
    func finished() -> [UInt8] {
        var bytes = bytes
        bytes.append(bigEndian: Int16(-1))
        return bytes
    }
}
