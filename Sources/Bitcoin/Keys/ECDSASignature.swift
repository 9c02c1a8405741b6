import CSecp256k1

/// An ECDSA signature: the numbers r and s, each in 1…n−1.
struct ECDSASignature: Sendable {
    let signature: secp256k1_ecdsa_signature

    init(signature: secp256k1_ecdsa_signature) {
        self.signature = signature
    }

    /// Reads r and s, 32 bytes each, big-endian; nil unless both lie in 1…n−1.
    init?(compact bytes: [UInt8]) {
        guard bytes.count == 64, bytes[..<32].contains(where: { $0 != 0 }), bytes[32...].contains(where: { $0 != 0 }) else { return nil }
        var signature = secp256k1_ecdsa_signature()
        guard secp256k1_ecdsa_signature_parse_compact(Secp256k1Context.shared.pointer, &signature, bytes) == 1 else { return nil }
        self.signature = signature
    }

    /// Whether s is at most n/2, the one of the two equivalent values that is standard.
    var hasLowS: Bool {
        var signature = signature
        return secp256k1_ecdsa_signature_normalize(Secp256k1Context.shared.pointer, nil, &signature) == 0
    }

    /// Verifies over a 32 byte hash. A high s is always refused.
    func isValid(hash: [UInt8], key: PublicKey) -> Bool {
        guard hash.count == 32 else { return false }
        var signature = signature
        var point = key.point
        return secp256k1_ecdsa_verify(Secp256k1Context.shared.pointer, &signature, hash, &point) == 1
    }
}
