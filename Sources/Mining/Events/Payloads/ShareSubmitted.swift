import API

/// A share, accepted or rejected (`share_submitted`, spec 03a §2.2).
package struct ShareSubmitted: Sendable, Equatable {
    package var user: StratumUser
    /// Assigned difficulty: the target the pool gave the miner.
    package var difficulty: Double
    /// Achieved difficulty: what the share's hash reached.
    package var achieved: Double
    package var isAccepted = true
    /// The pool's word for why it was rejected, at most 32 characters.
    package var rejectReason: String?
    package var clientID: Int64?
    /// Address of the session; never stored with the share.
    package var ip: String?
    /// 64 lower-case hexadecimal digits.
    package var hash: String?
    /// At most 16 hexadecimal digits.
    package var nonce: String?
    /// At most 32 hexadecimal digits.
    package var nonce2: String?

    package init(user: StratumUser, difficulty: Double, achieved: Double) {
        self.user = user
        self.difficulty = difficulty
        self.achieved = achieved
    }

    /// Credited difficulty: min(assigned, achieved) of an accepted share, 0 of a rejected one (spec 03a §1).
    package var work: Double { isAccepted ? min(difficulty, achieved) : 0 }

    static let rejectReasonCount = 32
    static let hashDigits = 64...64
    static let nonceDigits = 1...16
    static let nonce2Digits = 1...32
}

extension ShareSubmitted {
    init(from reader: PayloadReader, names: UserNames) throws(EventRejection) {
        user = try names.user(from: reader)
        isAccepted = try reader.optionalBool("accepted") ?? true
        difficulty = try reader.number("diff", in: PayloadReader.positiveDifficulty)
        achieved = try reader.number("sdiff", in: isAccepted ? PayloadReader.positiveDifficulty : PayloadReader.anyDifficulty)
        rejectReason = try reader.optionalText("reject_reason", maximumCount: Self.rejectReasonCount)
        clientID = try reader.optionalInteger("client_id", in: 0...Int64.max)
        ip = try reader.optionalText("ip", maximumCount: SessionText.ipCount)
        hash = try reader.optionalHexadecimal("hash", count: Self.hashDigits)
        nonce = try reader.optionalHexadecimal("nonce", count: Self.nonceDigits)
        nonce2 = try reader.optionalHexadecimal("nonce2", count: Self.nonce2Digits)
    }

    func write(to members: inout JSONObject) {
        user.write(to: &members)
        members["diff"] = .number(difficulty)
        members["sdiff"] = .number(achieved)
        members["accepted"] = .bool(isAccepted)
        members["reject_reason"] = .optional(rejectReason)
        members["client_id"] = .optional(clientID)
        members["ip"] = .optional(ip)
        members["hash"] = .optional(hash)
        members["nonce"] = .optional(nonce)
        members["nonce2"] = .optional(nonce2)
    }
}

/// Limits of texts about a session, in characters.
enum SessionText {
    /// The longest textual IPv6 address, with an embedded IPv4 address.
    static let ipCount = 45
    static let userAgentCount = 256
    static let reasonCount = 64
}
