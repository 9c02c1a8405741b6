import API

/// What the pool believes a worker's hashrate to be, in H/s (`hashrate_update`, spec 03a §2.2); kept for diagnosis only.
package struct HashrateUpdate: Sendable, Equatable {
    package var user: StratumUser
    package var clientID: Int64?
    package var oneMinute: Double
    package var fiveMinutes: Double
    package var oneHour: Double
    package var oneDay: Double
}

extension HashrateUpdate {
    init(from reader: PayloadReader, names: UserNames) throws(EventRejection) {
        user = try names.user(from: reader)
        clientID = try reader.optionalInteger("client_id", in: 0...Int64.max)
        oneMinute = try reader.hashrate("hashrate_1m")
        fiveMinutes = try reader.hashrate("hashrate_5m")
        oneHour = try reader.hashrate("hashrate_1h")
        oneDay = try reader.hashrate(
            reader.members["hashrate_1d"] == nil && reader.members["hashrate_24h"] != nil ? "hashrate_24h" : "hashrate_1d"
        )
    }

    func write(to members: inout JSONObject) {
        user.write(to: &members)
        members["client_id"] = .optional(clientID)
        members["hashrate_24h"] = nil
        members["hashrate_1m"] = .number(oneMinute)
        members["hashrate_5m"] = .number(fiveMinutes)
        members["hashrate_1h"] = .number(oneHour)
        members["hashrate_1d"] = .number(oneDay)
    }
}
