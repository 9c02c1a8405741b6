import CSecp256k1

extension PrivateKey {
    /// Signs a 32 byte hash with an RFC 6979 nonce and low s; nil for another count.
    func sign(hash: [UInt8]) -> ECDSASignature? {
        guard hash.count == 32 else { return nil }
        var signature = secp256k1_ecdsa_signature()
        guard secp256k1_ecdsa_sign(Secp256k1Context.shared.pointer, &signature, hash, bytes, nil, nil) == 1 else { return nil }
        return ECDSASignature(signature: signature)
    }

    /// Signs a 32 byte hash so that the public key can be recovered; nil for another count.
    func signRecoverably(hash: [UInt8]) -> RecoverableSignature? {
        guard hash.count == 32 else { return nil }
        let context = Secp256k1Context.shared.pointer
        var signature = secp256k1_ecdsa_recoverable_signature()
        guard secp256k1_ecdsa_sign_recoverable(context, &signature, hash, bytes, nil, nil) == 1 else { return nil }
        var compact = [UInt8](repeating: 0, count: 64)
        var recoveryID: Int32 = 0
        _ = secp256k1_ecdsa_recoverable_signature_serialize_compact(context, &compact, &recoveryID, &signature)
        return RecoverableSignature(compact: compact, recoveryID: UInt8(truncatingIfNeeded: recoveryID))
    }
}
