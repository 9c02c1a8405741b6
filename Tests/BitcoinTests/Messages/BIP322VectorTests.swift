import Testing

@testable import Bitcoin

@Suite("Signatures of bip322.json")
struct BIP322VectorTests {
    struct File: Decodable {
        struct HashRow: Decodable {
            var message: String
            var address: String
            var message_hash: Hex
            var to_spend_tx_hash: Hex
            var to_sign_tx_hash: Hex
        }
        struct Row: Decodable {
            var description: String
            var network: BitcoinNetwork
            var address: String
            var message: String
            var signature: String
            var valid: Bool
            var format: String?
            var to_spend_txid: Hex?
            var sighash: Hex?
        }
        var tx_hashes: [HashRow]
        var vectors: [Row]
    }

    let file: File

    init() throws {
        file = try Vectors.load("bip322")
    }

    @Test("message and transaction hashes are the published ones")
    func hashes() throws {
        #expect(file.tx_hashes.count == 3)
        for row in file.tx_hashes {
            let message = Array(row.message.utf8)
            let script = try BitcoinAddress(parsing: row.address, network: .mainnet).scriptPubKey
            #expect(VirtualTransactions.messageHash(message) == row.message_hash.bytes)
            #expect(VirtualTransactions.toSpend(message: message, scriptPubKey: script).id.reversed() == row.to_spend_tx_hash.bytes)
            #expect(VirtualTransactions.toSign(message: message, scriptPubKey: script).id.reversed() == row.to_sign_tx_hash.bytes)
        }
    }

    @Test("every row is accepted or refused as listed")
    func rows() {
        #expect(file.vectors.count == 129)
        for row in file.vectors {
            let result = MessageVerifier.verify(network: row.network, address: row.address, message: row.message, signature: row.signature)
            #expect(result.isAccepted == row.valid, "\(row.description): \(result)")
        }
    }

    @Test("accepted rows have the listed signature hashes")
    func signatureHashes() throws {
        var count = 0
        for row in file.vectors {
            guard let expected = row.sighash, let spent = row.to_spend_txid else { continue }
            let address = try BitcoinAddress(parsing: row.address, network: row.network)
            var transaction = VirtualTransactions.toSign(message: Array(row.message.utf8), scriptPubKey: address.scriptPubKey)
            #expect(transaction.inputs[0].outPoint.transactionID.reversed() == spent.bytes)
            switch try SignatureText(decoding: row.signature) {
            case .compact: Issue.record("\(row.description) is no BIP-322 signature")
            case .simple(let payload): transaction.inputs[0].witness = try #require(Witness(serialized: payload))
            case .full(let payload): transaction = try #require(Transaction(serialized: payload))
            }
            let items = transaction.inputs[0].witness.items
            let hash =
                switch address.type {
                case .p2pkh: SignatureHash.legacy(transaction, scriptPubKey: address.scriptPubKey)
                case .p2tr: SignatureHash.taproot(transaction, scriptPubKey: address.scriptPubKey, hashType: items[0].count == 65 ? 1 : 0)
                default: SignatureHash.segwit(transaction, publicKeyHash: Hash.hash160(items[1]))
                }
            #expect(hash == expected.bytes, "\(row.description)")
            count += 1
        }
        #expect(count == 27)
    }

    @Test("any one flipped bit of an accepted row is refused")
    func flippedBits() throws {
        for row in file.vectors where row.valid {
            let address = try BitcoinAddress(parsing: row.address, network: row.network)
            try expectFlippedBitsRefused(address: address, message: Array(row.message.utf8), signature: row.signature)
        }
    }

    @Test(
        "refusals name their reason",
        arguments: [
            ("p2wpkh: high S", .highS), ("p2wpkh: correctly signed but hash type 0x02", .hashType),
            ("p2wpkh: uncompressed public key", .publicKey),
            ("p2wpkh: third witness item", .witnessItems), ("p2wpkh: trailing byte after the witness", .witnessEncoding),
            ("p2wpkh: public key does not hash to the address", .keyMismatch), ("p2wpkh: empty signature", .signatureEncoding),
            ("p2tr: 65-byte signature with explicit hash type 0x00", .hashType), ("p2tr: script path", .witnessItems),
            ("p2tr: 63-byte signature", .signatureEncoding), ("p2tr: signed with the internal (untweaked) key", .signatureMismatch),
            ("p2tr: output key is not on the curve", .signatureMismatch), ("p2sh-p2wpkh full: empty scriptSig", .inputScript),
            ("full: version 1", .transactionShape), ("full: trailing byte", .transactionEncoding), ("p2pkh full: extra push", .inputScript),
            ("p2pkh: simple format is not defined for it", .formForAddressType), ("p2wsh-multisig-3of3 simple", .addressTypeUnsupported),
            ("p2tr proof_of_funds, version 2, lock time 123, sequence 456", .proofOfFunds), ("invalid base64 encoding", .base64),
            ("empty signature", .textLength), ("empty witness stack (single zero byte)", .witnessItems),
        ] as [(String, VerificationRefusal)]
    )
    func reasons(description: String, reason: VerificationRefusal) throws {
        let row = try #require(file.vectors.first { $0.description == description })
        let result = MessageVerifier.verify(network: row.network, address: row.address, message: row.message, signature: row.signature)
        #expect(result == .refused(reason))
    }
}
