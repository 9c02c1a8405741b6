import Testing

@testable import Bitcoin

@Suite("Challenge signatures of login.json")
struct LoginVectorTests {
    struct File: Decodable {
        struct Row: Decodable {
            var network: BitcoinNetwork
            var type: String
            var key_label: String
            var public_key: Hex
            var address: String
            var script_pubkey: Hex
            var message: String
            var message_hex: Hex
            var magic_hash: Hex
            var bip322_message_hash: Hex
            var signatures: [String: String]
        }
        var vectors: [Row]
    }

    let rows: [File.Row]

    init() throws {
        rows = try Vectors.load("login", as: File.self).vectors
    }

    private func key(of row: File.Row) throws -> PrivateKey {
        let bytes = Hash.sha256(Array(row.key_label.utf8))
        return try #require(PrivateKey(bytes: bytes, isCompressed: row.type != "p2pkh-uncompressed"))
    }

    @Test("keys give the listed public keys, addresses and hashes")
    func keysAndHashes() throws {
        #expect(rows.count == 22)
        for row in rows {
            let key = try key(of: row)
            let address = try BitcoinAddress(parsing: row.address, network: row.network)
            #expect(key.publicKey.serialized(compressed: key.isCompressed) == row.public_key.bytes)
            #expect(key.address(type: address.type, network: row.network) == address)
            #expect(address.scriptPubKey == row.script_pubkey.bytes)
            #expect(Array(row.message.utf8) == row.message_hex.bytes)
            #expect(CompactMessage.hash(row.message_hex.bytes) == row.magic_hash.bytes)
            #expect(VirtualTransactions.messageHash(row.message_hex.bytes) == row.bip322_message_hash.bytes)
        }
    }

    @Test("every signature is accepted for its message and address, and for no other row's")
    func accepted() {
        for row in rows {
            for (form, signature) in row.signatures {
                let result = MessageVerifier.verify(network: row.network, address: row.address, message: row.message, signature: signature)
                #expect(result == .accepted, "\(row.network) \(row.type) \(form)")
                for other in rows where other.message != row.message {
                    let foreign = MessageVerifier.verify(
                        network: row.network,
                        address: row.address,
                        message: other.message,
                        signature: signature
                    )
                    #expect(!foreign.isAccepted, "\(form) of another message")
                    let stolen = MessageVerifier.verify(
                        network: other.network,
                        address: other.address,
                        message: row.message,
                        signature: signature
                    )
                    #expect(!stolen.isAccepted || other.script_pubkey == row.script_pubkey, "\(form) at another address")
                }
            }
        }
    }

    @Test("the signer reproduces every signature byte for byte")
    func reproduced() throws {
        for row in rows {
            let key = try key(of: row)
            let type = try BitcoinAddress(parsing: row.address, network: row.network).type
            let signer = try #require(MessageSigner(key: key, type: type, network: row.network))
            #expect(signer.address.canonical == row.address)
            for (name, expected) in row.signatures {
                let signed: String?
                switch name {
                case "compact-31":
                    // What wallets do that know no segwit headers: sign as for the P2PKH address of the same key.
                    signed = MessageSigner(key: key, type: .p2pkh, network: row.network)?.sign(row.message)
                case "bip322-simple": signed = signer.sign(row.message, form: .simple)
                case "bip322-simple-unprefixed": signed = (signer.sign(row.message, form: .simple)?.dropFirst(3)).map(String.init)
                case "bip322-full": signed = signer.sign(row.message, form: .full)
                case "bip322-simple-sighash-all": continue
                default: signed = signer.sign(row.message, form: .compact)
                }
                #expect(signed == expected, "\(row.network) \(row.type) \(name)")
            }
        }
    }

    @Test("any one flipped bit of signature, message or address is refused")
    func flippedBits() throws {
        for row in rows {
            let address = try BitcoinAddress(parsing: row.address, network: row.network)
            for signature in row.signatures.values {
                try expectFlippedBitsRefused(address: address, message: row.message_hex.bytes, signature: signature)
            }
        }
    }
}
