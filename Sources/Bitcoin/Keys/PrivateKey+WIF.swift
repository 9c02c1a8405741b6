extension PrivateKey {
    /// Reads wallet import format: Base58Check of version, number, and a final 01 when the public key is compressed.
    ///
    /// Nil for anything else, for the key of another network, and for a number outside 1…n−1.
    public init?(walletImportFormat text: String, network: BitcoinNetwork) {
        let text = Array(text.utf8)
        if let payload = Base58Check.decode(text, payloadCount: 34), payload[33] == 1 {
            guard payload[0] == network.privateKeyVersion else { return nil }
            self.init(bytes: Array(payload[1..<33]))
        } else if let payload = Base58Check.decode(text, payloadCount: 33), payload[0] == network.privateKeyVersion {
            self.init(bytes: Array(payload[1...]), isCompressed: false)
        } else {
            return nil
        }
    }

    /// The key in wallet import format. Secret.
    public func walletImportFormat(network: BitcoinNetwork) -> String {
        let payload = [network.privateKeyVersion] + bytes + (isCompressed ? [1] : [])
        return String(decoding: Base58Check.encode(payload), as: UTF8.self)
    }
}
