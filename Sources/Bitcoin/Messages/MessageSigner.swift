/// Signs messages as the owner of one address: what `tbg login` and simulated miners need.
public struct MessageSigner: Sendable {
    /// The private key.
    let key: PrivateKey
    /// The address signed for.
    public let address: BitcoinAddress

    /// A signer for the key's address of `type`; nil for P2WSH, and for segwit types when the key's public form is not compressed.
    public init?(key: PrivateKey, type: AddressType, network: BitcoinNetwork) {
        guard let address = key.address(type: type, network: network) else { return nil }
        self.key = key
        self.address = address
    }

    /// Signs `message` in the customary form of the address type, or in the one asked for.
    ///
    /// ECDSA nonces follow RFC 6979, so the same input gives the same text. Schnorr signatures mix in `auxiliaryRandomness`
    /// (32 bytes, BIP-340), which is safe to leave at its default of zeros.
    ///
    /// - Returns: The text, or nil if the form does not exist for this type of address or the randomness is not 32 bytes.
    public func sign(
        _ message: [UInt8],
        form: SignatureForm? = nil,
        auxiliaryRandomness: [UInt8] = [UInt8](repeating: 0, count: 32)
    ) -> String? {
        let forms = address.type.signatureForms
        guard let form = form ?? forms.first, forms.contains(form) else { return nil }
        if form == .compact { return signCompactly(message) }
        guard let signed = signedTransaction(message, auxiliaryRandomness) else { return nil }
        return form == .simple
            ? "smp" + Base64.encode(signed.inputs[0].witness.serialized)
            : "ful" + Base64.encode(signed.serialized())
    }

    /// Signs a text's UTF-8 bytes.
    public func sign(_ message: String, form: SignatureForm? = nil) -> String? {
        sign(Array(message.utf8), form: form)
    }

    private func signCompactly(_ message: [UInt8]) -> String? {
        guard let signature = key.signRecoverably(hash: CompactMessage.hash(message)) else { return nil }
        let kind: CompactHeader.Kind
        switch address.type {
        case .p2sh: kind = .nestedSegwit
        case .p2wpkh: kind = .segwit
        default: kind = key.isCompressed ? .compressed : .uncompressed
        }
        return Base64.encode([CompactHeader(kind: kind, recoveryID: signature.recoveryID).byte] + signature.compact)
    }

    /// The BIP-322 transaction with its witness or input script filled in.
    private func signedTransaction(_ message: [UInt8], _ auxiliaryRandomness: [UInt8]) -> Transaction? {
        let scriptPubKey = address.scriptPubKey
        var transaction = VirtualTransactions.toSign(message: message, scriptPubKey: scriptPubKey)
        let publicKey = key.publicKey.serialized(compressed: key.isCompressed)
        switch address.type {
        case .p2pkh:
            guard let item = standardItem(SignatureHash.legacy(transaction, scriptPubKey: scriptPubKey)) else { return nil }
            transaction.inputs[0].script = item.sized + publicKey.sized
        case .p2wpkh, .p2sh:
            let keyHash = key.publicKeyHash
            guard let item = standardItem(SignatureHash.segwit(transaction, publicKeyHash: keyHash)) else { return nil }
            transaction.inputs[0].witness = Witness([item, publicKey])
            if address.type == .p2sh { transaction.inputs[0].script = Script.witnessProgram(version: 0, keyHash).sized }
        case .p2tr:
            let hash = SignatureHash.taproot(transaction, scriptPubKey: scriptPubKey, hashType: 0)
            guard let item = SchnorrKeyPair(key)?.tweaked()?.sign(hash: hash, auxiliaryRandomness: auxiliaryRandomness) else {
                return nil
            }
            transaction.inputs[0].witness = Witness([item])
        case .p2wsh:
            return nil
        }
        return transaction
    }

    /// DER and hash type ALL.
    private func standardItem(_ hash: [UInt8]) -> [UInt8]? {
        key.sign(hash: hash).map { $0.der + [1] }
    }
}
