import CSecp256k1

/// A private key with its x-only public key, for BIP-340 signatures.
struct SchnorrKeyPair {
    private let keyPair: secp256k1_keypair
    /// The x coordinate of the public key, 32 bytes.
    let publicKey: [UInt8]

    init?(_ key: PrivateKey) {
        var keyPair = secp256k1_keypair()
        guard secp256k1_keypair_create(Secp256k1Context.shared.pointer, &keyPair, key.bytes) == 1 else { return nil }
        self.init(keyPair)
    }

    private init?(_ keyPair: secp256k1_keypair) {
        let context = Secp256k1Context.shared.pointer
        var pair = keyPair
        var point = secp256k1_xonly_pubkey()
        var publicKey = [UInt8](repeating: 0, count: 32)
        guard secp256k1_keypair_xonly_pub(context, &point, nil, &pair) == 1,
            secp256k1_xonly_pubkey_serialize(context, &publicKey, &point) == 1
        else { return nil }
        self.keyPair = keyPair
        self.publicKey = publicKey
    }

    /// This pair as internal key, tweaked to the output key of a taproot output (BIP-341); without a script tree unless a root is given.
    func tweaked(merkleRoot: [UInt8] = []) -> SchnorrKeyPair? {
        var keyPair = keyPair
        let tweak = Taproot.tweak(internalKey: publicKey, merkleRoot: merkleRoot)
        guard secp256k1_keypair_xonly_tweak_add(Secp256k1Context.shared.pointer, &keyPair, tweak) == 1 else { return nil }
        return SchnorrKeyPair(keyPair)
    }

    /// A BIP-340 signature over a 32 byte hash; `auxiliaryRandomness` is 32 bytes. Nil for other counts.
    func sign(hash: [UInt8], auxiliaryRandomness: [UInt8]) -> [UInt8]? {
        guard hash.count == 32, auxiliaryRandomness.count == 32 else { return nil }
        var keyPair = keyPair
        var signature = [UInt8](repeating: 0, count: 64)
        let context = Secp256k1Context.shared.pointer
        guard secp256k1_schnorrsig_sign32(context, &signature, hash, &keyPair, auxiliaryRandomness) == 1 else { return nil }
        return signature
    }
}
