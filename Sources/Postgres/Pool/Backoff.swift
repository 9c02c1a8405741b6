/// Delays between attempts to connect: doubled each time up to a limit, with jitter so that many clients do not return at once.
struct Backoff {
    private let delays: ClosedRange<Duration>
    private var next: Duration

    init(_ delays: ClosedRange<Duration>) {
        self.delays = delays
        next = delays.lowerBound
    }

    /// The next delay.
    ///
    /// - Parameter jitter: a random number in 0…1; the delay lies between half and the whole of the step.
    mutating func delay(jitter: Double) -> Duration {
        defer { next = min(next * 2, delays.upperBound) }
        return next * (0.5 + jitter / 2)
    }

    /// Starts again with the shortest delay.
    mutating func reset() { next = delays.lowerBound }
}
