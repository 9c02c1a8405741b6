/// A value that can be read from a result cell.
public protocol PostgresDecodable {
    /// Reads the cell, or throws `PostgresError.decoding` when the cell is NULL, has another type or is malformed.
    init(postgres cell: PostgresCell) throws

    /// Reads an array cell; a one-dimensional array unless the element says otherwise.
    static func decodeArray(_ cell: PostgresCell) throws -> [Self]
}

extension PostgresDecodable {
    /// Reads a one-dimensional PostgreSQL array.
    public static func decodeArray(_ cell: PostgresCell) throws -> [Self] {
        try ArrayFormat.decode(cell)
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// NULL becomes `nil`.
    public init(postgres cell: PostgresCell) throws {
        self = cell.isNull ? nil : try Wrapped(postgres: cell)
    }
}
