/// One mining device of the simulation: a steady hashrate, an assigned difficulty that keeps its shares a few seconds apart.
struct SimulatedWorker: Sendable {
    /// Shares of one device are this far apart on average, seconds.
    static let meanGapSeconds = 2.0...6.0
    /// Shares between two thoughts about the difficulty.
    static let sharesPerRetarget = 40

    let address: String
    let name: String
    let clientID: Int
    let internetAddress: String
    /// Hashes per second.
    let hashrate: Double
    /// Difficulty the pool assigned.
    private(set) var difficulty: Double
    /// Highest achieved difficulty of the session.
    private(set) var best = 0.0
    private(set) var shares = 0
    private(set) var connectedAt: Int64 = 0

    /// A device whose hashrate gives a mean gap inside ``meanGapSeconds`` at its first difficulty.
    init(address: String, name: String, clientID: Int, random: inout SplitMix64) {
        self.address = address
        self.name = name
        self.clientID = clientID
        internetAddress = "192.0.2.\(1 + clientID % 250)"
        difficulty = [512, 1_024, 2_048][Int(random.next() % 3)]
        let gap = 2.5 + 2 * random.unit()
        hashrate = difficulty * MiningSimulation.hashesPerDifficulty / gap
    }

    /// Seconds between two shares on average at the present difficulty.
    var meanGap: Double { difficulty * MiningSimulation.hashesPerDifficulty / hashrate }

    mutating func connect(at time: Int64) {
        (connectedAt, shares, best) = (time, 0, 0)
    }

    /// Counts an accepted share; true when it is the session's best.
    mutating func record(achieved: Double) -> Bool {
        shares += 1
        guard achieved > best else { return false }
        best = achieved
        return true
    }

    /// Doubles or halves the difficulty now and then, keeping the mean gap in range; the old value when it changed.
    mutating func retarget(random: inout SplitMix64) -> Double? {
        guard shares > 0, shares % Self.sharesPerRetarget == 0 else { return nil }
        let old = difficulty
        let candidates = [old * 2, old / 2].filter { Self.meanGapSeconds.contains(meanGap * $0 / old) }
        guard !candidates.isEmpty else { return nil }
        difficulty = candidates[Int(random.next() % UInt64(candidates.count))]
        return old
    }
}
