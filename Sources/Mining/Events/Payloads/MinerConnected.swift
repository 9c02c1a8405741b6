import API

/// A session began (`miner_connected`, spec 03a §2.2).
package struct MinerConnected: Sendable, Equatable {
    package var user: StratumUser
    package var clientID: Int64?
    package var ip: String?
    /// What the mining software calls itself, at most 256 characters.
    package var userAgent: String?
    package var initialDifficulty: Double?
    package var isASICBoostCapable: Bool?
}

extension MinerConnected {
    init(from reader: PayloadReader, names: UserNames) throws(EventRejection) {
        user = try names.user(from: reader)
        clientID = try reader.optionalInteger("client_id", in: 0...Int64.max)
        ip = try reader.optionalText("ip", maximumCount: SessionText.ipCount)
        userAgent = try reader.optionalText("useragent", maximumCount: SessionText.userAgentCount)
        initialDifficulty = try reader.optionalNumber("initial_diff", in: PayloadReader.positiveDifficulty)
        isASICBoostCapable = try reader.optionalBool("asicboost_capable")
    }

    func write(to members: inout JSONObject) {
        user.write(to: &members)
        members["client_id"] = .optional(clientID)
        members["ip"] = .optional(ip)
        members["useragent"] = .optional(userAgent)
        members["initial_diff"] = .optional(initialDifficulty)
        members["asicboost_capable"] = isASICBoostCapable.map(JSONValue.bool)
    }
}
