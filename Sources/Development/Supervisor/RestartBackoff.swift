/// How long to wait before starting again what died: at once after a good run, longer after each bad one, never so long that a recovered
/// dependency is kept waiting (the service recovers by itself within 10 s).
public struct RestartBackoff: Equatable, Sendable {
    /// First wait.
    public static let initial = Duration.milliseconds(100)
    /// Longest wait.
    public static let maximum = Duration.seconds(2)
    /// A run at least this long counts as good.
    public static let goodRun = Duration.seconds(10)

    private var next = RestartBackoff.initial

    /// A back-off that has seen no failure.
    public init() {}

    /// The wait after a run of the given length.
    public mutating func delay(afterRunOf length: Duration) -> Duration {
        if length >= Self.goodRun { next = Self.initial }
        defer { next = min(next * 2, Self.maximum) }
        return next
    }
}
