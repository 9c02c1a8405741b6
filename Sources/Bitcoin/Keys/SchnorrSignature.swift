import CSecp256k1

/// Verification of BIP-340 signatures.
enum SchnorrSignature {
    /// Whether 64 bytes are a signature over `message` (any length) under a 32 byte x-only key.
    static func isValid(_ signature: [UInt8], message: [UInt8], key: [UInt8]) -> Bool {
        let context = Secp256k1Context.shared.pointer
        guard signature.count == 64, key.count == 32 else { return false }
        var point = secp256k1_xonly_pubkey()
        guard secp256k1_xonly_pubkey_parse(context, &point, key) == 1 else { return false }
        return message.withUnsafeBufferPointer { message in
            // An empty array may have no address, but the library insists on one.
            var nothing: UInt8 = 0
            return withUnsafePointer(to: &nothing) { nothing in
                secp256k1_schnorrsig_verify(context, signature, message.baseAddress ?? nothing, message.count, &point) == 1
            }
        }
    }
}
