/// An error the server reported.
///
/// Descriptions hold the SQLSTATE and the names of schema objects, and the message only in those classes whose messages
/// speak of statement text and server state alone. Other messages may quote parameter values; DETAIL always may and is not kept.
public struct ServerError: Error, Sendable {
    /// The condition.
    public let sqlState: SQLState
    /// The primary message. It may quote parameter values: keep it out of logs and responses.
    public let message: String
    /// The schema of the object concerned.
    public let schema: String?
    /// The table concerned.
    public let table: String?
    /// The column concerned.
    public let column: String?
    /// The constraint violated.
    public let constraint: String?

    /// An error of known parts.
    public init(
        sqlState: SQLState,
        message: String,
        schema: String? = nil,
        table: String? = nil,
        column: String? = nil,
        constraint: String? = nil
    ) {
        self.sqlState = sqlState
        self.message = message
        self.schema = schema
        self.table = table
        self.column = column
        self.constraint = constraint
    }

    /// Classes whose messages quote no parameter values: connection, transaction state and rollback, syntax and names, resources,
    /// limits, object state, operator intervention.
    private static let publicCategories: Set<Substring> = ["08", "25", "26", "40", "42", "53", "54", "55", "57"]
}

extension ServerError: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The SQLSTATE, the objects concerned, and the message where it cannot hold parameter values.
    public var description: String {
        var text = "SQLSTATE \(sqlState)"
        if let constraint { text += " constraint \(constraint)" }
        if let table { text += " table \(table)" }
        if let column { text += " column \(column)" }
        if Self.publicCategories.contains(sqlState.category) { text += ": \(message)" }
        return text
    }
    /// The same as `description`.
    public var debugDescription: String { description }
    /// No children, so that dumping an error reveals no more than describing it.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
