import CSecp256k1

/// The step from the internal key of a taproot output to its output key (BIP-341).
enum Taproot {
    /// What is added to the internal key: the tagged hash of its x and the root of the script tree, if there is one.
    static func tweak(internalKey: [UInt8], merkleRoot: [UInt8] = []) -> [UInt8] {
        Hash.tagged("TapTweak", internalKey + merkleRoot)
    }

    /// The output key of a 32 byte x-only internal key; nil if that is no point.
    static func outputKey(internalKey: [UInt8], merkleRoot: [UInt8] = []) -> [UInt8]? {
        let context = Secp256k1Context.shared.pointer
        var point = secp256k1_xonly_pubkey()
        var tweaked = secp256k1_pubkey()
        var outputKey = [UInt8](repeating: 0, count: 32)
        let tweak = tweak(internalKey: internalKey, merkleRoot: merkleRoot)
        guard internalKey.count == 32, secp256k1_xonly_pubkey_parse(context, &point, internalKey) == 1,
            secp256k1_xonly_pubkey_tweak_add(context, &tweaked, &point, tweak) == 1,
            secp256k1_xonly_pubkey_from_pubkey(context, &point, nil, &tweaked) == 1,
            secp256k1_xonly_pubkey_serialize(context, &outputKey, &point) == 1
        else { return nil }
        return outputKey
    }
}
