/// What the ledger knows of a task.
public struct TaskHistory: Hashable, Sendable {
    /// The text of the latest key, by due time, of a successful run that was not manual.
    public var lastSuccessfulKey: String?
    /// The duration of a typical successful run, such as the median of the last ten; `nil` when there were none.
    public var usualDurationMilliseconds: Int64?

    /// A history; empty by default.
    public init(lastSuccessfulKey: String? = nil, usualDurationMilliseconds: Int64? = nil) {
        self.lastSuccessfulKey = lastSuccessfulKey
        self.usualDurationMilliseconds = usualDurationMilliseconds
    }
}
