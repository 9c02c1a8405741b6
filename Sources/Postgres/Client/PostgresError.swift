/// Why a call to the database failed. Cancellation of the calling task is reported as `CancellationError` instead.
public enum PostgresError: Error, Sendable {
    /// The server refused or failed the statement.
    case server(ServerError)
    /// No connection can be made at present; calls succeed again by themselves when the server is back.
    case unavailable
    /// The connection broke while the statement was on its way; whether it took effect is unknown.
    case connectionLost
    /// No connection became free in time.
    case acquireTimeout
    /// The statement ran longer than the statement timeout, or the server stopped answering.
    case timeout
    /// A cell could not be read as the type asked for.
    case decoding(PostgresDecodingError)
    /// `commit` ended in a rollback, because a statement of the transaction had failed and its error was swallowed.
    case transactionAborted
    /// The client has been closed, or a connection was used after the call that lent it.
    case closed
    /// The configuration is unusable; the text names the part, never its value.
    case invalidConfiguration(String)
    /// The call cannot be expressed in the protocol; the text says why.
    case invalidRequest(String)
}

extension PostgresError {
    /// The server's report, when there is one.
    public var serverError: ServerError? {
        if case .server(let error) = self { error } else { nil }
    }

    /// The SQLSTATE, when the server reported one.
    public var sqlState: SQLState? { serverError?.sqlState }

    /// The name of the violated constraint.
    public var constraint: String? { serverError?.constraint }

    /// Whether a unique constraint or index was violated.
    public var isUniqueViolation: Bool { sqlState == .uniqueViolation }

    /// Whether a foreign key was violated.
    public var isForeignKeyViolation: Bool { sqlState == .foreignKeyViolation }

    /// Whether a check constraint was violated.
    public var isCheckViolation: Bool { sqlState == .checkViolation }

    /// Whether this transaction was chosen as the victim of a deadlock; running it again may succeed.
    public var isDeadlock: Bool { sqlState == .deadlockDetected }

    /// Whether concurrent transactions could not be ordered; running it again may succeed.
    public var isSerializationFailure: Bool { sqlState == .serializationFailure }

    /// Whether the database, not the statement, is at fault: down, overloaded, too slow.
    public var isUnavailable: Bool {
        switch self {
        case .unavailable, .connectionLost, .acquireTimeout, .timeout: true
        case .server(let error): ["08", "53", "57"].contains(error.sqlState.category) || error.sqlState == .lockNotAvailable
        default: false
        }
    }

    /// Whether the server refused to run a prepared statement it has forgotten or whose result a schema change has altered.
    /// It was refused before it ran, so it may be prepared and sent again.
    var isStaleStatement: Bool {
        switch sqlState {
        case .unknownStatement: true
        case .featureNotSupported: serverError?.message.contains("cached plan") ?? false
        default: false
        }
    }

    /// A short fixed word for metrics.
    public var kind: String {
        switch self {
        case .server(let error):
            switch error.sqlState {
            case .uniqueViolation: "unique_violation"
            case .foreignKeyViolation: "foreign_key_violation"
            case .checkViolation: "check_violation"
            case .notNullViolation: "not_null_violation"
            case .deadlockDetected: "deadlock"
            case .serializationFailure: "serialization"
            case .lockNotAvailable: "lock_timeout"
            default: "server"
            }
        case .unavailable: "unavailable"
        case .connectionLost: "connection_lost"
        case .acquireTimeout: "acquire_timeout"
        case .timeout: "timeout"
        case .decoding: "decoding"
        case .transactionAborted: "transaction_aborted"
        case .closed: "closed"
        case .invalidConfiguration: "configuration"
        case .invalidRequest: "request"
        }
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// What failed; never a parameter value.
    public var description: String {
        switch self {
        case .server(let error): "database error: \(error)"
        case .unavailable: "the database cannot be reached"
        case .connectionLost: "the connection to the database was lost"
        case .acquireTimeout: "no database connection became free in time"
        case .timeout: "the statement took too long"
        case .decoding(let error): error.description
        case .transactionAborted: "the transaction was rolled back instead of committed"
        case .closed: "the database client or connection is closed"
        case .invalidConfiguration(let part): "invalid database configuration: \(part)"
        case .invalidRequest(let reason): "invalid database request: \(reason)"
        }
    }
    /// The same as `description`.
    public var debugDescription: String { description }
}

/// A cell that could not be read.
public struct PostgresDecodingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with the cell.
    public enum Reason: String, Sendable, Hashable {
        /// NULL where a value is needed, or a column that does not exist.
        case null = "is null"
        /// A type the Swift type does not read.
        case typeMismatch = "has another type"
        /// A value the Swift type cannot hold.
        case outOfRange = "is out of range"
        /// Bytes that are not the type's binary format.
        case malformed = "is malformed"
    }

    /// The column's position, from 0.
    public let column: Int
    /// The object identifier of the cell's type.
    public let typeOID: UInt32
    /// What is wrong.
    public let reason: Reason

    /// An error of known parts, for codecs of one's own.
    public init(column: Int, typeOID: UInt32, reason: Reason) {
        self.column = column
        self.typeOID = typeOID
        self.reason = reason
    }

    /// The column, its type and what is wrong; never the value.
    public var description: String { "column \(column) of type \(typeOID) \(reason.rawValue)" }
}
