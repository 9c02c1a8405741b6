package import API
package import Bitcoin
package import GameRules
import HTTPTypes
package import Platform
package import Redis

/// Issues challenges and judges their signatures (spec 02 §4). Several may be open for one address, and none cancels another: otherwise
/// anyone could disturb anyone's sign-in.
package struct ChallengeService: Sendable {
    /// How long a challenge can be used, seconds.
    package let lifetimeSeconds: Int

    private let store: ChallengeStore
    private let domain: String
    private let random: RandomSource
    private let audit: AuditLog

    package init(redis: RedisClient, settings: TokenSettings, random: RandomSource, audit: AuditLog) {
        store = ChallengeStore(redis: redis)
        lifetimeSeconds = settings.challengeExpireSeconds
        domain = settings.authDomain
        self.random = random
        self.audit = audit
    }

    /// A new challenge for an address.
    /// - Throws: 422 `address_type_unsupported` where nobody could sign; `RedisError` (503).
    package func issue(purpose: ChallengePurpose, address: BitcoinAddress, now: Instant) async throws -> Challenge {
        guard address.type.canSignMessages else { throw APIError.address(.typeUnsupported) }
        while true {
            let challenge = Challenge(
                purpose: purpose,
                address: address,
                nonce: Hex.encode(random.bytes(16)),
                domain: domain,
                lifetimeSeconds: lifetimeSeconds,
                at: now
            )
            if try await store.insert(challenge, lifetimeSeconds: lifetimeSeconds) { return challenge }
        }
    }

    /// Judges a signature of the stored message and leaves the challenge open. Follow with ``spend(_:)`` as the last step inside the
    /// transaction that uses the proof: so a database that is down costs nobody a challenge, and of several callers one succeeds.
    /// - Throws: 400 `challenge_invalid`, 401 `signature_invalid` (both audited), `RedisError` (503).
    package func verify(
        purpose: ChallengePurpose,
        address: BitcoinAddress,
        nonce: String,
        signature: String,
        now: Instant,
        origin: AuditOrigin
    ) async throws -> ProvenChallenge {
        guard let record = try await store.record(of: nonce), record.expiresAt > now, record.isBound(to: purpose, address.canonical) else {
            await note("challenge", purpose, origin, now)
            throw Self.challengeInvalid
        }
        let result = MessageVerifier.verify(address: address, message: Array(record.message.utf8), signature: signature)
        if case .refused(let reason) = result {
            try await store.noteRefusal(of: nonce, lifetimeSeconds: lifetimeSeconds)
            await note(reason.rawValue, purpose, origin, now)
            throw APIError.unauthorized("signature_invalid", "The signature does not belong to this address and message.")
        }
        let challenge = Challenge(
            nonce: nonce,
            purpose: purpose,
            address: address.canonical,
            message: record.message,
            issuedAt: record.issuedAt,
            expiresAt: record.expiresAt
        )
        return ProvenChallenge(challenge: challenge, address: address)
    }

    /// Uses a challenge up.
    /// - Throws: 400 `challenge_invalid` for all callers but one; `RedisError` (503).
    package func spend(_ proof: ProvenChallenge) async throws {
        guard try await store.delete(proof.challenge.nonce) else { throw Self.challengeInvalid }
    }

    private func note(_ reason: String, _ purpose: ChallengePurpose, _ origin: AuditOrigin, _ now: Instant) async {
        let event = AuditEvent(
            "auth.challenge_failed",
            .failure,
            by: purpose.user == nil ? .anonymous : .user,
            user: purpose.user,
            details: ["reason": .string(reason)],
            origin: origin
        )
        await audit.record(event, at: now)
    }

    /// One answer for every nonce that is of no use, whatever the reason.
    package static let challengeInvalid = APIError(
        .badRequest,
        "challenge_invalid",
        "This sign-in request is no longer valid. Please start again."
    )
}
