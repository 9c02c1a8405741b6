/// What the operator of `tbg dev` may choose.
public struct DevelopmentOptions: Sendable {
    /// Folder of the state.
    public var directory: String
    /// Port of REST and `/ws`.
    public var port: Int
    /// Whether the simulator mines.
    public var simulates: Bool
    /// Multiplies every rate limit.
    public var rateLimitScale: Double
    /// Whether the old state is removed first.
    public var resets: Bool

    /// Options with the defaults of `tbg dev`.
    public init(
        directory: String = ".tbg",
        port: Int = 8_000,
        simulates: Bool = true,
        rateLimitScale: Double = 1,
        resets: Bool = false
    ) {
        self.directory = directory
        self.port = port
        self.simulates = simulates
        self.rateLimitScale = rateLimitScale
        self.resets = resets
    }
}
