/// The two transactions of BIP-322 that never reach a chain: `to_spend` holds the message, `to_sign` spends it (spec 02 §3.4).
enum VirtualTransactions {
    /// The only output of `to_sign`: nothing to nobody.
    static let emptyOutput = Transaction.Output(value: 0, script: [0x6a])

    /// What stands for the message in `to_spend`.
    static func messageHash(_ message: [UInt8]) -> [UInt8] {
        Hash.tagged("BIP0322-signed-message", message)
    }

    /// A transaction with an output that only the owner of the address could spend.
    static func toSpend(message: [UInt8], scriptPubKey: [UInt8]) -> Transaction {
        let nowhere = Transaction.OutPoint(transactionID: [UInt8](repeating: 0, count: 32), index: .max)
        return Transaction(
            inputs: [Transaction.Input(outPoint: nowhere, script: [0x00, 0x20] + messageHash(message))],
            outputs: [Transaction.Output(value: 0, script: scriptPubKey)]
        )
    }

    /// The transaction whose signature is the signature of the message, not signed yet.
    static func toSign(message: [UInt8], scriptPubKey: [UInt8]) -> Transaction {
        let outPoint = Transaction.OutPoint(transactionID: toSpend(message: message, scriptPubKey: scriptPubKey).id, index: 0)
        return Transaction(inputs: [Transaction.Input(outPoint: outPoint)], outputs: [emptyOutput])
    }
}
