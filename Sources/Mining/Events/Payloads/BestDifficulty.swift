import API

/// A share beat the miner's record (`share_best_diff`, spec 03a §2.2).
package struct BestDifficulty: Sendable, Equatable {
    /// The time over which the pool keeps the record.
    package enum Timeframe: String, Sendable, CaseIterable {
        case session
        case week
        case allTime = "alltime"
    }

    package var user: StratumUser
    package var clientID: Int64?
    /// Achieved difficulty of the new record.
    package var best: Double
    /// The record before; 0 when there was none.
    package var previousBest: Double
    package var timeframe: Timeframe
}

extension BestDifficulty {
    init(from reader: PayloadReader, names: UserNames) throws(EventRejection) {
        user = try names.user(from: reader)
        clientID = try reader.optionalInteger("client_id", in: 0...Int64.max)
        best = try reader.number("new_best", in: PayloadReader.positiveDifficulty)
        previousBest = try reader.number("prev_best", in: PayloadReader.anyDifficulty)
        guard let timeframe = Timeframe(rawValue: try reader.text("timeframe")) else { throw .bad("timeframe") }
        self.timeframe = timeframe
    }

    func write(to members: inout JSONObject) {
        user.write(to: &members)
        members["client_id"] = .optional(clientID)
        members["new_best"] = .number(best)
        members["prev_best"] = .number(previousBest)
        members["timeframe"] = .string(timeframe.rawValue)
    }
}
