/// Work that is due by the calendar.
///
/// The body must be idempotent by its due key: a crash, an overlap of two leaders or an operator may run the same key again.
public struct ScheduledTask: Sendable {
    /// The work for one due key; the second argument is the instant of the start in Unix milliseconds. It honours cancellation.
    public typealias Body = @Sendable (_ key: DueKey, _ nowMilliseconds: Int64) async throws -> Void

    /// A short name, unique among the tasks, such as `token_cleanup`.
    public let name: String
    /// When it is due.
    public let schedule: Schedule
    /// What happens to missed runs.
    public let catchUp: CatchUp
    /// The duration expected before there is a history to learn from.
    public let usualDurationMilliseconds: Int64
    /// The work.
    public let body: Body

    /// A task named `name`.
    public init(
        _ name: String,
        _ schedule: Schedule,
        catchUp: CatchUp,
        usualDurationMilliseconds: Int64 = 60_000,
        body: @escaping Body
    ) {
        self.name = name
        self.schedule = schedule
        self.catchUp = catchUp
        self.usualDurationMilliseconds = usualDurationMilliseconds
        self.body = body
    }
}
