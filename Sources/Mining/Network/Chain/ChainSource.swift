import API
package import GameRules
import Scheduler

/// Somebody who knows the best chain of the Bitcoin network: a node of one's own, or a public service.
package protocol ChainSource: Sendable {
    /// For logs, such as `bitcoin_core`.
    var name: String { get }
    /// The newest block of the best chain.
    func tip() async throws(ChainTrouble) -> ChainBlock
    /// The hash of the best chain's block at a height: 64 lower-case hexadecimal digits.
    func hash(at height: Int64) async throws(ChainTrouble) -> String
    /// The block of a hash.
    func block(_ hash: String) async throws(ChainTrouble) -> ChainBlock
}

/// What a block's header says.
package struct ChainBlock: Sendable, Equatable {
    package let height: Int64
    /// 64 lower-case hexadecimal digits.
    package let hash: String
    /// Nil for the first block of all.
    package let previousHash: String?
    /// The time its miner gave it, whole seconds; may be off by an hour or two in either direction.
    package let time: Instant
    package let difficulty: Double

    package init(height: Int64, hash: String, previousHash: String?, time: Instant, difficulty: Double) {
        self.height = height
        self.hash = hash
        self.previousHash = previousHash
        self.time = time
        self.difficulty = difficulty
    }
}

extension ChainBlock {
    /// Takes a JSON object of Core's or Esplora's kind, whose members differ in three names only.
    /// - Throws: ``ChainTrouble/unreadable`` unless everything is there and possible.
    init(_ object: JSONValue, hash hashName: String, time timeName: String) throws(ChainTrouble) {
        guard let height = object["height"]?.int64Value, BlockFound.heights.contains(height),
            let hash = object[hashName]?.stringValue.flatMap(Self.hash),
            let seconds = object[timeName]?.int64Value, (0...Int64(UInt32.max)).contains(seconds),
            let difficulty = object["difficulty"]?.doubleValue, PayloadReader.positiveDifficulty.contains(difficulty)
        else { throw .unreadable }
        let previous = object["previousblockhash"]?.stringValue.flatMap(Self.hash)
        guard previous != nil || height == 0 else { throw .unreadable }
        self.init(
            height: height,
            hash: hash,
            previousHash: previous,
            time: Instant(secondsSinceUnixEpoch: seconds),
            difficulty: difficulty
        )
    }

    /// The block itself.
    /// - Throws: ``ChainTrouble/unreadable`` when it does not stand where it should.
    func expected(at height: Int64) throws(ChainTrouble) -> ChainBlock {
        guard self.height == height else { throw .unreadable }
        return self
    }

    /// A block hash in lower case; nil for any other text.
    static func hash(_ text: String) -> String? {
        guard ShareSubmitted.hashDigits.contains(text.utf8.count), text.utf8.allSatisfy({ $0.hexadecimalValue != nil }) else { return nil }
        return text.lowercased()
    }
}

/// Why a chain source gave no answer. Holds nothing of address, credentials or answer.
package enum ChainTrouble: Error, TaskFailure, Equatable {
    /// No whole answer within the time.
    case unreachable
    /// The answer is larger than any that could be meant.
    case tooLarge
    /// A status other than success, such as 401 for wrong credentials.
    case refused(status: Int)
    /// What came is not what was asked for.
    case unreadable
    /// The cookie file cannot be read.
    case noCookie
    /// It follows another network than the service.
    case otherNetwork
    /// It has not caught up with the network yet.
    case syncing
    /// It does not know the block.
    case unknownBlock

    package var failureCode: String {
        switch self {
        case .unreachable: "chain_unreachable"
        case .tooLarge: "chain_answer_too_large"
        case .refused(let status): "chain_refused_\(status)"
        case .unreadable: "chain_answer_unreadable"
        case .noCookie: "chain_cookie_unreadable"
        case .otherNetwork: "chain_other_network"
        case .syncing: "chain_syncing"
        case .unknownBlock: "chain_block_unknown"
        }
    }
}
