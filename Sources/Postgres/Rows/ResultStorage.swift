import CPostgres

/// One `PGresult`, released when the last row or cell that reads from it goes away.
///
/// `@unchecked Sendable`: libpq documents that a `PGresult` is read-only after creation and may be passed freely between
/// threads (libpq manual, 34.20 "Behavior in Threaded Programs"). The pointer never changes, only functions that read are
/// called with it, and `PQclear` runs in `deinit`, when no other reference exists.
final class ResultStorage: @unchecked Sendable {
    let pointer: OpaquePointer
    let rowCount: Int
    let columnCount: Int

    /// Takes ownership of a result.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        rowCount = Int(PQntuples(pointer))
        columnCount = Int(PQnfields(pointer))
    }

    deinit { PQclear(pointer) }

    /// Rows inserted, updated, deleted or selected; 0 for commands that count none.
    var affected: Int {
        guard let text = PQcmdTuples(pointer) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The command tag, such as `COMMIT` or `INSERT 0 1`.
    var command: String { PQcmdStatus(pointer).map { String(cString: $0) } ?? "" }

    func name(ofColumn column: Int) -> String? { PQfname(pointer, Int32(column)).map { String(cString: $0) } }

    /// A cell; a column that does not exist reads as a NULL of no type.
    func cell(row: Int, column: Int) -> PostgresCell {
        guard row >= 0, row < rowCount, column >= 0, column < columnCount else {
            return PostgresCell(owner: self, start: nil, count: 0, typeOID: 0, column: column)
        }
        let (row, field) = (Int32(row), Int32(column))
        let isNull = PQgetisnull(pointer, row, field) == 1
        return PostgresCell(
            owner: self,
            start: isNull ? nil : UnsafeRawPointer(PQgetvalue(pointer, row, field)),
            count: isNull ? 0 : Int(PQgetlength(pointer, row, field)),
            typeOID: PQftype(pointer, field),
            column: column
        )
    }
}
