extension BitcoinAddress {
    /// The P2PKH address of a 20 byte public key hash.
    static func payToPublicKeyHash(_ hash: [UInt8], network: BitcoinNetwork) -> BitcoinAddress {
        base58(.p2pkh, version: network.publicKeyHashVersion, hash, network: network)
    }

    /// The P2SH address of a 20 byte script hash.
    static func payToScriptHash(_ hash: [UInt8], network: BitcoinNetwork) -> BitcoinAddress {
        base58(.p2sh, version: network.scriptHashVersion, hash, network: network)
    }

    /// The P2WPKH address of a 20 byte public key hash.
    static func payToWitnessPublicKeyHash(_ hash: [UInt8], network: BitcoinNetwork) -> BitcoinAddress {
        segwit(.p2wpkh, version: 0, hash, network: network)
    }

    /// The P2WSH address of a 32 byte script hash.
    static func payToWitnessScriptHash(_ hash: [UInt8], network: BitcoinNetwork) -> BitcoinAddress {
        segwit(.p2wsh, version: 0, hash, network: network)
    }

    /// The P2TR address of a 32 byte x-only output key.
    static func payToTaproot(_ outputKey: [UInt8], network: BitcoinNetwork) -> BitcoinAddress {
        segwit(.p2tr, version: 1, outputKey, network: network)
    }

    private static func base58(_ type: AddressType, version: UInt8, _ program: [UInt8], network: BitcoinNetwork) -> BitcoinAddress {
        let text = Base58Check.encode([version] + program)
        return BitcoinAddress(network: network, type: type, program: program, canonical: String(decoding: text, as: UTF8.self))
    }

    private static func segwit(_ type: AddressType, version: UInt8, _ program: [UInt8], network: BitcoinNetwork) -> BitcoinAddress {
        let encoded = SegwitAddress(humanPart: Array(network.segwitPrefix.utf8), version: version, program: program)
        return BitcoinAddress(network: network, type: type, program: program, canonical: String(decoding: encoded.encoded(), as: UTF8.self))
    }
}
