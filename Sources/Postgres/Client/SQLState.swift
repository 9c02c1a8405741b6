/// A five-character SQLSTATE code (PostgreSQL manual, appendix A).
public struct SQLState: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The five characters, such as `23505`.
    public let code: String

    /// A code as the server reports it.
    public init(_ code: String) { self.code = code }
    /// A code written in source.
    public init(stringLiteral value: String) { code = value }

    /// The first two characters, which name the class of the condition.
    public var category: Substring { code.prefix(2) }
    /// The code.
    public var description: String { code }

    /// `unique_violation`
    public static let uniqueViolation: SQLState = "23505"
    /// `foreign_key_violation`
    public static let foreignKeyViolation: SQLState = "23503"
    /// `check_violation`
    public static let checkViolation: SQLState = "23514"
    /// `not_null_violation`
    public static let notNullViolation: SQLState = "23502"
    /// `serialization_failure`
    public static let serializationFailure: SQLState = "40001"
    /// `deadlock_detected`
    public static let deadlockDetected: SQLState = "40P01"
    /// `lock_not_available`, also reported when `lock_timeout` passes
    public static let lockNotAvailable: SQLState = "55P03"
    /// `query_canceled`, also reported when `statement_timeout` passes
    public static let queryCanceled: SQLState = "57014"
    /// `read_only_sql_transaction`
    public static let readOnlyTransaction: SQLState = "25006"
    /// `in_failed_sql_transaction`
    public static let inFailedTransaction: SQLState = "25P02"
    /// `feature_not_supported`; also a prepared statement whose result type a schema change has altered
    public static let featureNotSupported: SQLState = "0A000"
    /// `invalid_sql_statement_name`: the server does not know the prepared statement
    public static let unknownStatement: SQLState = "26000"
    /// `duplicate_table`
    public static let duplicateTable: SQLState = "42P07"
    /// `undefined_table`
    public static let undefinedTable: SQLState = "42P01"

    /// Whether the server has ended, or will not serve, this connection: shutdown, crash of another backend, start-up.
    var endsConnection: Bool { ["57P01", "57P02", "57P03", "57P05", "25P03"].contains(code) }
}
