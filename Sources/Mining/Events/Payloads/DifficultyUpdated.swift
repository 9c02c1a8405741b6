import API

/// The pool gave a session another target (`diff_updated`, spec 03a §2.2). Members about the pool's own reckoning are only logged.
package struct DifficultyUpdated: Sendable, Equatable {
    package var user: StratumUser
    package var clientID: Int64?
    package var oldDifficulty: Double
    package var newDifficulty: Double
}

extension DifficultyUpdated {
    init(from reader: PayloadReader, names: UserNames) throws(EventRejection) {
        user = try names.user(from: reader)
        clientID = try reader.optionalInteger("client_id", in: 0...Int64.max)
        oldDifficulty = try reader.number("old_diff", in: PayloadReader.positiveDifficulty)
        newDifficulty = try reader.number("new_diff", in: PayloadReader.positiveDifficulty)
    }

    func write(to members: inout JSONObject) {
        user.write(to: &members)
        members["client_id"] = .optional(clientID)
        members["old_diff"] = .number(oldDifficulty)
        members["new_diff"] = .number(newDifficulty)
    }
}
