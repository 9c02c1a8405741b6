/// Verifies BIP-322 signatures of single-key addresses, simple and full (spec 02 §3.4, §3.5).
struct BIP322Verifier {
    var address: BitcoinAddress
    var message: [UInt8]

    /// The payload is the witness of a `to_sign` whose other fields are all zero.
    func verifySimple(_ payload: [UInt8]) throws(VerificationRefusal) {
        guard address.type != .p2pkh else { throw .formForAddressType }
        guard let witness = Witness(serialized: payload) else { throw .witnessEncoding }
        var transaction = VirtualTransactions.toSign(message: message, scriptPubKey: address.scriptPubKey)
        transaction.inputs[0].witness = witness
        _ = try verifySpend(transaction.inputs[0], of: transaction)
    }

    /// The payload is a whole `to_sign`. None of our scripts has a time lock, so sequence and lock time are free.
    func verifyFull(_ payload: [UInt8]) throws(VerificationRefusal) {
        guard let transaction = Transaction(serialized: payload) else { throw .transactionEncoding }
        let template = VirtualTransactions.toSign(message: message, scriptPubKey: address.scriptPubKey)
        guard transaction.version == 0 || transaction.version == 2, transaction.inputs.count == 1,
            transaction.inputs[0].outPoint == template.inputs[0].outPoint, transaction.outputs == template.outputs
        else { throw .transactionShape }
        let input = transaction.inputs[0]
        guard try input.script == verifySpend(input, of: transaction) else { throw .inputScript }
    }

    /// Verifies the signature an input carries and returns the input script that belongs with it.
    private func verifySpend(_ input: Transaction.Input, of transaction: Transaction) throws(VerificationRefusal) -> [UInt8] {
        switch address.type {
        case .p2pkh:
            try verifyPublicKeyHash(input, of: transaction)
            return input.script
        case .p2wpkh:
            _ = try verifyWitnessKeyHash(input.witness, of: transaction)
            return []
        case .p2sh:
            return Script.witnessProgram(version: 0, try verifyWitnessKeyHash(input.witness, of: transaction)).sized
        case .p2tr:
            try verifyKeyPath(input.witness, of: transaction)
            return []
        case .p2wsh:
            throw .addressTypeUnsupported
        }
    }

    /// Input script of exactly two direct pushes, signature and key; no witness.
    private func verifyPublicKeyHash(_ input: Transaction.Input, of transaction: Transaction) throws(VerificationRefusal) {
        var script = ByteReader(input.script)
        // A push of up to 75 bytes is its length and the bytes, which is also what a small CompactSize looks like.
        guard input.witness.items.isEmpty, let signature = script.readSized(), (9...73).contains(signature.count),
            let key = script.readSized(), key.count == 33 || key.count == 65, script.isAtEnd
        else { throw .inputScript }
        try verify(signature, key: key, hash: SignatureHash.legacy(transaction, scriptPubKey: address.scriptPubKey))
    }

    /// Witness of exactly signature and compressed key; returns the key's hash.
    private func verifyWitnessKeyHash(_ witness: Witness, of transaction: Transaction) throws(VerificationRefusal) -> [UInt8] {
        guard witness.items.count == 2 else { throw .witnessItems }
        let key = witness.items[1]
        guard key.count == 33 else { throw .publicKey }
        let keyHash = Hash.hash160(key)
        try verify(witness.items[0], key: key, hash: SignatureHash.segwit(transaction, publicKeyHash: keyHash))
        return keyHash
    }

    /// Strict DER and hash type ALL, low s, under a key that hashes to the address.
    private func verify(_ item: [UInt8], key: [UInt8], hash: [UInt8]) throws(VerificationRefusal) {
        guard address.commits(toKey: key) else { throw .keyMismatch }
        guard let key = PublicKey(serialized: key) else { throw .publicKey }
        let signature = try ECDSASignature(standardItem: item)
        guard signature.isValid(hash: hash, key: key) else { throw .signatureMismatch }
    }

    /// Witness of exactly one Schnorr signature under the output key: 64 bytes, or 65 ending in hash type ALL.
    private func verifyKeyPath(_ witness: Witness, of transaction: Transaction) throws(VerificationRefusal) {
        guard witness.items.count == 1 else { throw .witnessItems }
        let item = witness.items[0]
        let hashType: UInt8
        switch item.count {
        case 64: hashType = 0
        case 65 where item[64] == 1: hashType = 1
        case 65: throw .hashType
        default: throw .signatureEncoding
        }
        let hash = SignatureHash.taproot(transaction, scriptPubKey: address.scriptPubKey, hashType: hashType)
        guard SchnorrSignature.isValid(Array(item[..<64]), message: hash, key: address.program) else { throw .signatureMismatch }
    }
}

extension ECDSASignature {
    /// Reads a signature as scripts carry it: strict DER, then one hash type byte that must be ALL (01); s must be low.
    init(standardItem item: [UInt8]) throws(VerificationRefusal) {
        guard let hashType = item.last, let signature = ECDSASignature(strictDER: item.dropLast()) else { throw .signatureEncoding }
        guard hashType == 1 else { throw .hashType }
        guard signature.hasLowS else { throw .highS }
        self = signature
    }
}
