import API

/// The pool found a block (`block_found`, spec 03a §2.2). The pool in use sends no hash and zeros; §7.6 completes them.
package struct BlockFound: Sendable, Equatable {
    package var user: StratumUser
    package var height: Int64
    /// 64 lower-case hexadecimal digits, or nil while unknown.
    package var hash: String?
    /// Achieved difficulty; 0 when unknown.
    package var difficulty: Double
    /// Difficulty of the network; 0 when unknown.
    package var networkDifficulty: Double
    /// Subsidy and fees; 0 when unknown.
    package var rewardSatoshi: Int64
    /// Text in the coinbase, at most 128 characters.
    package var coinbaseSignature: String?
    package var clientID: Int64?

    static let heights = 0...Int64(Int32.max)
    /// 21 million coins.
    static let rewards = 0...Int64(2_100_000_000_000_000)
}

extension BlockFound {
    init(from reader: PayloadReader, names: UserNames) throws(EventRejection) {
        user = try names.user(from: reader)
        height = try reader.integer("height", in: Self.heights)
        // A block is too rare to be refused for a member that a later event can still fill in.
        hash = try reader.optionalHexadecimal("hash", count: ShareSubmitted.hashDigits)
        difficulty = try reader.optionalNumber("diff", in: PayloadReader.anyDifficulty) ?? 0
        networkDifficulty = try reader.optionalNumber("network_diff", in: PayloadReader.anyDifficulty) ?? 0
        rewardSatoshi = try reader.optionalInteger("reward_sats", in: Self.rewards) ?? 0
        coinbaseSignature = try reader.optionalText("coinbase_sig", maximumCount: 128)
        clientID = try reader.optionalInteger("client_id", in: 0...Int64.max)
    }

    func write(to members: inout JSONObject) {
        user.write(to: &members)
        members["height"] = .integer(height)
        members["hash"] = .string(hash ?? "")
        members["diff"] = .number(difficulty)
        members["network_diff"] = .number(networkDifficulty)
        members["reward_sats"] = .integer(rewardSatoshi)
        members["coinbase_sig"] = .optional(coinbaseSignature)
        members["client_id"] = .optional(clientID)
    }
}
