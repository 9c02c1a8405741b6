/// One value of one row, in PostgreSQL's binary format.
public struct PostgresCell {
    /// Keeps the bytes alive.
    private let owner: AnyObject
    /// The first byte; `nil` for NULL.
    private let start: UnsafeRawPointer?
    /// The value's size in bytes.
    private let count: Int
    /// The object identifier of the value's type.
    public let typeOID: UInt32
    /// The position of the value's column, from 0.
    public let column: Int

    init(owner: AnyObject, start: UnsafeRawPointer?, count: Int, typeOID: UInt32, column: Int) {
        self.owner = owner
        self.start = start
        self.count = count
        self.typeOID = typeOID
        self.column = column
    }

    /// A cell of its own bytes, `nil` for NULL; lets a codec be tested without a server.
    public init(bytes: [UInt8]?, type: PostgresType) {
        let copy = CellBytes(bytes ?? [])
        self.init(
            owner: copy,
            start: bytes == nil ? nil : UnsafeRawPointer(copy.buffer.baseAddress),
            count: copy.buffer.count,
            typeOID: type.oid,
            column: 0
        )
    }

    /// Whether the value is NULL.
    public var isNull: Bool { start == nil }

    /// Calls `body` with the value's bytes, which are valid only during the call. Throws when the value is NULL.
    public func withBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value {
        guard let start else { throw failure(.null) }
        return try withExtendedLifetime(owner) { try body(UnsafeRawBufferPointer(start: start, count: count)) }
    }

    /// The error that says why this cell cannot be read.
    public func failure(_ reason: PostgresDecodingError.Reason) -> PostgresError {
        .decoding(PostgresDecodingError(column: column, typeOID: typeOID, reason: reason))
    }

    /// A big-endian integer of exactly the type's size.
    func fixed<Value: FixedWidthInteger>(_: Value.Type, as type: PostgresType) throws -> Value {
        guard let start else { throw failure(.null) }
        guard typeOID == type.oid else { throw failure(.typeMismatch) }
        guard count == MemoryLayout<Value>.size else { throw failure(.malformed) }
        return withExtendedLifetime(owner) { Value(bigEndian: start.loadUnaligned(as: Value.self)) }
    }

    /// An element of this array cell.
    func element(_ bytes: UnsafeRawBufferPointer?, type: UInt32) -> PostgresCell {
        PostgresCell(
            owner: owner,
            start: bytes.flatMap { UnsafeRawPointer($0.baseAddress) },
            count: bytes?.count ?? 0,
            typeOID: type,
            column: column
        )
    }

    /// Whether the binary format of the type is its text.
    var isTextual: Bool {
        switch typeOID {
        case PostgresType.text.oid, PostgresType.varchar.oid, PostgresType.bpchar.oid, PostgresType.name.oid, PostgresType.json.oid,
            PostgresType.char.oid, PostgresType.unknown.oid, PostgresType.void.oid:
            true
        // Types the database defines itself: enumerations and extension types such as citext.
        default: typeOID >= 16_384 || isNull
        }
    }
}

/// Bytes at an address of their own. At least one byte is allocated, so that an empty value has an address too.
private final class CellBytes {
    let buffer: UnsafeMutableRawBufferPointer
    private let allocation: UnsafeMutableRawBufferPointer

    init(_ bytes: [UInt8]) {
        allocation = .allocate(byteCount: max(bytes.count, 1), alignment: 1)
        buffer = UnsafeMutableRawBufferPointer(rebasing: allocation[0..<bytes.count])
        buffer.copyBytes(from: bytes)
    }

    deinit { allocation.deallocate() }
}
