import API

/// The network has a new block (`new_block_network`, spec 03a §2.2).
package struct NetworkBlock: Sendable, Equatable {
    package var height: Int64
    /// 64 lower-case hexadecimal digits.
    package var hash: String
    /// Difficulty of the network.
    package var difficulty: Double
    package var previousHash: String?
}

extension NetworkBlock {
    init(from reader: PayloadReader) throws(EventRejection) {
        height = try reader.integer("height", in: BlockFound.heights)
        _ = try reader.text("hash")
        guard let hash = try reader.optionalHexadecimal("hash", count: ShareSubmitted.hashDigits) else { throw .bad("hash") }
        self.hash = hash
        difficulty = try reader.number("diff", in: PayloadReader.positiveDifficulty)
        previousHash = try reader.optionalHexadecimal("prev_hash", count: ShareSubmitted.hashDigits)
    }

    func write(to members: inout JSONObject) {
        members["height"] = .integer(height)
        members["hash"] = .string(hash)
        members["diff"] = .number(difficulty)
        members["prev_hash"] = .optional(previousHash)
    }
}
