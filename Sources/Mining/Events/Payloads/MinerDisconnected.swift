import API

/// A session ended (`miner_disconnected`, spec 03a §2.2).
package struct MinerDisconnected: Sendable, Equatable {
    package var user: StratumUser
    package var clientID: Int64?
    package var ip: String?
    package var sessionSeconds: Double?
    /// Shares the pool accepted in the session.
    package var acceptedShares: Int64?
    package var reason: String?
}

extension MinerDisconnected {
    init(from reader: PayloadReader, names: UserNames) throws(EventRejection) {
        user = try names.user(from: reader)
        clientID = try reader.optionalInteger("client_id", in: 0...Int64.max)
        ip = try reader.optionalText("ip", maximumCount: SessionText.ipCount)
        sessionSeconds = try reader.optionalNumber("session_duration", in: PayloadReader.notNegative)
        acceptedShares = try reader.optionalInteger("shares_session", in: 0...Int64.max)
        reason = try reader.optionalText("reason", maximumCount: SessionText.reasonCount)
    }

    func write(to members: inout JSONObject) {
        user.write(to: &members)
        members["client_id"] = .optional(clientID)
        members["ip"] = .optional(ip)
        members["session_duration"] = .optional(sessionSeconds)
        members["shares_session"] = .optional(acceptedShares)
        members["reason"] = .optional(reason)
    }
}
