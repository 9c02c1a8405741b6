/// What the key of an input signs, hash type ALL, for `to_sign` transactions: one input of value 0, one output.
enum SignatureHash {
    /// Before segwit: the transaction with the spent script in place of the input's, and the hash type.
    static func legacy(_ transaction: Transaction, scriptPubKey: [UInt8]) -> [UInt8] {
        var unsigned = transaction
        for index in unsigned.inputs.indices { unsigned.inputs[index].script = scriptPubKey }
        var bytes = unsigned.serialized(withWitness: false)
        bytes.append(littleEndian: ECDSAHashType.all)
        return Hash.doubleSHA256(bytes)
    }

    /// Segwit version 0, single key (BIP-143).
    static func segwit(_ transaction: Transaction, publicKeyHash: [UInt8]) -> [UInt8] {
        let parts = Parts(transaction)
        var bytes: [UInt8] = []
        bytes.append(littleEndian: transaction.version)
        bytes += Hash.doubleSHA256(parts.outPoints)
        bytes += Hash.doubleSHA256(parts.sequences)
        bytes += parts.outPoints
        bytes.append(sized: Script.payToPublicKeyHash(publicKeyHash))
        bytes += Parts.noValue
        bytes += parts.sequences
        bytes += Hash.doubleSHA256(parts.outputs)
        bytes.append(littleEndian: transaction.lockTime)
        bytes.append(littleEndian: ECDSAHashType.all)
        return Hash.doubleSHA256(bytes)
    }

    /// Taproot key path (BIP-341): epoch, hash type, transaction, spend type 0, input index 0.
    static func taproot(_ transaction: Transaction, scriptPubKey: [UInt8], hashType: UInt8) -> [UInt8] {
        let parts = Parts(transaction)
        var bytes: [UInt8] = [0, hashType]
        bytes.append(littleEndian: transaction.version)
        bytes.append(littleEndian: transaction.lockTime)
        bytes += Hash.sha256(parts.outPoints)
        bytes += Hash.sha256(Parts.noValue)
        bytes += Hash.sha256(scriptPubKey.sized)
        bytes += Hash.sha256(parts.sequences)
        bytes += Hash.sha256(parts.outputs)
        bytes.append(0)
        bytes.append(littleEndian: UInt32(0))
        return Hash.tagged("TapSighash", bytes)
    }

    /// The hash type of ECDSA signatures, as the four bytes that enter the hash.
    private enum ECDSAHashType {
        static let all: UInt32 = 1
    }

    /// The fields both segwit versions hash, concatenated over all inputs or outputs.
    private struct Parts {
        static let noValue = [UInt8](repeating: 0, count: 8)

        var outPoints: [UInt8] = []
        var sequences: [UInt8] = []
        var outputs: [UInt8] = []

        init(_ transaction: Transaction) {
            for input in transaction.inputs {
                outPoints += input.outPoint.serialized
                sequences.append(littleEndian: input.sequence)
            }
            for output in transaction.outputs { outputs += output.serialized }
        }
    }
}
