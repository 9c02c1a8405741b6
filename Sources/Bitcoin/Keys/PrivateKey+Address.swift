extension PrivateKey {
    /// The address of `type` this key can sign for: P2SH wraps P2WPKH, P2TR commits to the key alone (BIP-86).
    ///
    /// Nil for P2WSH, and for every segwit type when the public key is not compressed.
    public func address(type: AddressType, network: BitcoinNetwork) -> BitcoinAddress? {
        guard isCompressed || type == .p2pkh else { return nil }
        switch type {
        case .p2pkh: return .payToPublicKeyHash(publicKeyHash, network: network)
        case .p2sh: return .payToScriptHash(Hash.hash160(Script.witnessProgram(version: 0, publicKeyHash)), network: network)
        case .p2wpkh: return .payToWitnessPublicKeyHash(publicKeyHash, network: network)
        case .p2wsh: return nil
        case .p2tr: return SchnorrKeyPair(self)?.tweaked().map { .payToTaproot($0.publicKey, network: network) }
        }
    }

    /// RIPEMD-160 of SHA-256 of the public key.
    var publicKeyHash: [UInt8] {
        Hash.hash160(publicKey.serialized(compressed: isCompressed))
    }
}
