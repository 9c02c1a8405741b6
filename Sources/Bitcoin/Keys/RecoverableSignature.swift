import CSecp256k1

/// An ECDSA signature with the two bits that let the public key be recovered (SEC 1 §4.1.6).
struct RecoverableSignature: Sendable {
    /// r and s, 32 bytes each, big-endian.
    var compact: [UInt8]
    /// Bit 0: parity of R. Bit 1: whether its x exceeds the group order.
    var recoveryID: UInt8

    /// Why no key comes out.
    enum Failure: Error {
        case scalarRange
        case noSuchPoint
    }

    /// The public key under which this is a signature over a 32 byte hash. A high s is fine.
    func recoveredKey(hash: [UInt8]) throws(Failure) -> PublicKey {
        let context = Secp256k1Context.shared.pointer
        // The library takes a wrong count or id for a bug of its caller and aborts, so both are settled here.
        guard hash.count == 32, recoveryID < 4, ECDSASignature(compact: compact) != nil else { throw .scalarRange }
        var signature = secp256k1_ecdsa_recoverable_signature()
        guard secp256k1_ecdsa_recoverable_signature_parse_compact(context, &signature, compact, Int32(recoveryID)) == 1 else {
            throw .scalarRange
        }
        var point = secp256k1_pubkey()
        guard secp256k1_ecdsa_recover(context, &point, &signature, hash) == 1 else { throw .noSuchPoint }
        return PublicKey(point: point)
    }
}
