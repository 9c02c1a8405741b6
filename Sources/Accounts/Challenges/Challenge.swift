package import API
package import Bitcoin
package import GameRules
import Platform

/// A message to sign, and the nonce that makes its signature usable once (spec 02 §4).
package struct Challenge: Sendable, Equatable {
    /// 32 lower-case hexadecimal digits.
    package let nonce: String
    package let purpose: ChallengePurpose
    /// Canonical.
    package let address: String
    /// One line of printable ASCII, at most 240 characters: hardware wallets show it whole, and no transport alters it.
    package let message: String
    /// Whole seconds.
    package let issuedAt: Instant
    /// The first instant at which it is of no use any more.
    package let expiresAt: Instant

    init(purpose: ChallengePurpose, address: BitcoinAddress, nonce: String, domain: String, lifetimeSeconds: Int, at now: Instant) {
        self.nonce = nonce
        self.purpose = purpose
        self.address = address.canonical
        issuedAt = Instant(microsecondsSinceUnixEpoch: now.secondsSinceUnixEpoch * 1_000_000)
        expiresAt = now.adding(seconds: Int64(lifetimeSeconds))
        let second = issuedAt.rfc3339.prefix(19) + "Z"
        message =
            "The Bitcoin Game | \(purpose.action) | \(domain) | \(address.network.rawValue) | \(address.canonical) | nonce \(nonce) | \(second)"
    }

    init(nonce: String, purpose: ChallengePurpose, address: String, message: String, issuedAt: Instant, expiresAt: Instant) {
        self.nonce = nonce
        self.purpose = purpose
        self.address = address
        self.message = message
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

/// A challenge as the client gets it (spec 02 §5.1).
package struct ChallengeAnswer: ResponseObject {
    let challenge: Challenge
    let lifetimeSeconds: Int

    package static let fields = JSONFields<ChallengeAnswer>()
        .field("nonce", \.challenge.nonce, "32 hexadecimal digits")
        .field("message", \.challenge.message, "What the wallet signs, exactly as it is")
        .field("expires_in", \.lifetimeSeconds, "Seconds")
        .field("timestamp", \.challenge.issuedAt.rfc3339, "When it was issued")
}

/// A challenge whose signature was accepted. It can still be used again until it is spent.
package struct ProvenChallenge: Sendable, Equatable {
    package let challenge: Challenge
    package let address: BitcoinAddress
}
