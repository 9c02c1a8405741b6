import API
import GameRules
import NIOCore
import Platform

/// A challenge as it lies in Redis under its nonce: JSON with its own deadline, since Redis's clock decides nothing (spec 01 §11).
struct ChallengeRecord: Sendable, Equatable {
    /// Purpose, address and user in one text, for one comparison.
    let binding: String
    let message: String
    let issuedAt: Instant
    let expiresAt: Instant

    init(_ challenge: Challenge) {
        binding = Self.binding(challenge.purpose, challenge.address)
        message = challenge.message
        issuedAt = challenge.issuedAt
        expiresAt = challenge.expiresAt
    }

    /// - Returns: nil for bytes that are no record.
    init?(_ bytes: ByteBuffer) {
        guard let value = try? JSONParser(maximumDepth: 4).parse(bytes.readableBytesView), let members = value.objectValue,
            let binding = members["binding"]?.stringValue, let message = members["message"]?.stringValue,
            let issued = members["issued_at"]?.stringValue.flatMap({ Instant(rfc3339: $0) }),
            let expires = members["expires_at"]?.stringValue.flatMap({ Instant(rfc3339: $0) })
        else { return nil }
        self.binding = binding
        self.message = message
        issuedAt = issued
        expiresAt = expires
    }

    /// Whether the challenge was issued for exactly this; takes the same time wherever they differ.
    func isBound(to purpose: ChallengePurpose, _ address: String) -> Bool {
        ConstantTime.equal(binding, Self.binding(purpose, address))
    }

    var text: ByteBuffer {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("binding")
        writer.string(binding)
        writer.name("message")
        writer.string(message)
        writer.name("issued_at")
        writer.string(issuedAt.rfc3339)
        writer.name("expires_at")
        writer.string(expiresAt.rfc3339)
        writer.endObject()
        return writer.buffer
    }

    private static func binding(_ purpose: ChallengePurpose, _ address: String) -> String { "\(purpose.action)|\(address)" }
}
