/// Message signing with recoverable ECDSA as wallets have done since 2011 (BIP-137, spec 02 §3.3).
enum CompactMessage {
    /// The hash that is signed: double SHA-256 of the sized magic text and the sized message.
    static func hash(_ message: [UInt8]) -> [UInt8] {
        Hash.doubleSHA256(Array("Bitcoin Signed Message:\n".utf8).sized + message.sized)
    }

    /// Verifies 65 bytes: header, r, s.
    static func verify(_ payload: [UInt8], message: [UInt8], address: BitcoinAddress) throws(VerificationRefusal) {
        guard address.type != .p2tr else { throw .formForAddressType }
        guard payload.count == 65, let header = CompactHeader(payload[0]), header.isAccepted(for: address.type) else {
            throw .compactHeader
        }
        let signature = RecoverableSignature(compact: Array(payload[1...]), recoveryID: header.recoveryID)
        let key: PublicKey
        do throws(RecoverableSignature.Failure) {
            key = try signature.recoveredKey(hash: hash(message))
        } catch {
            throw error == .scalarRange ? .scalarRange : .notRecoverable
        }
        guard address.commits(toKey: key.serialized(compressed: header.kind != .uncompressed)) else { throw .keyMismatch }
    }
}

extension BitcoinAddress {
    /// Whether the address is the hash of a serialised public key, or of the P2WPKH script that pays to it.
    func commits(toKey key: [UInt8]) -> Bool {
        switch type {
        case .p2pkh, .p2wpkh: program == Hash.hash160(key)
        case .p2sh: program == Hash.hash160(Script.witnessProgram(version: 0, Hash.hash160(key)))
        case .p2wsh, .p2tr: false
        }
    }
}
