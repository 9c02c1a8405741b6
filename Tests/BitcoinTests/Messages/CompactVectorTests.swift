import TestServers
import Testing

@testable import Bitcoin

@Suite("Compact signatures of bip137.json")
struct CompactVectorTests {
    struct File: Decodable {
        struct HashRow: Decodable {
            struct Repeat: Decodable {
                var text: String
                init(from decoder: any Decoder) throws {
                    var list = try decoder.unkeyedContainer()
                    text = String(repeating: try list.decode(String.self), count: try list.decode(Int.self))
                }
            }
            var message: String?
            var message_repeat: Repeat?
            var hash: Hex
        }
        struct Row: Decodable {
            var network: BitcoinNetwork
            var address: String
            var message: String
            var signature: String
            var valid: Bool
            var source: String
            var note: String?
            var message_hash: Hex?
        }
        var message_hashes: [HashRow]
        var vectors: [Row]
    }

    let file: File

    init() throws {
        file = try Vectors.load("bip137")
    }

    @Test("messages of every size class have their published hash")
    func hashes() throws {
        #expect(file.message_hashes.count == 8)
        for row in file.message_hashes {
            let message = try #require(row.message ?? row.message_repeat?.text)
            #expect(CompactMessage.hash(Array(message.utf8)) == row.hash.bytes)
        }
    }

    @Test("every row is accepted or refused as listed")
    func rows() {
        #expect(file.vectors.count == 73)
        for row in file.vectors {
            let result = MessageVerifier.verify(network: row.network, address: row.address, message: row.message, signature: row.signature)
            #expect(result.isAccepted == row.valid, "\(row.source) \(row.note ?? "") \(result)")
            if let hash = row.message_hash { #expect(CompactMessage.hash(Array(row.message.utf8)) == hash.bytes) }
        }
    }

    @Test("any one flipped bit of an accepted row is refused, unless the header still fits the address")
    func flippedBits() throws {
        for row in file.vectors where row.valid {
            let address = try BitcoinAddress(parsing: row.address, network: row.network)
            try expectFlippedBitsRefused(address: address, message: Array(row.message.utf8), signature: row.signature)
        }
    }

    @Test("each address type accepts exactly its headers")
    func headers() throws {
        var chance = SeededGenerator(seed: 50)
        let key = PrivateKey.random(using: &chance)
        let expected: [AddressType: [ClosedRange<UInt8>]] = [
            .p2pkh: [31...34], .p2sh: [31...34, 35...38], .p2wpkh: [31...34, 39...42], .p2tr: [],
        ]
        for (type, ranges) in expected {
            let address = try #require(key.address(type: type, network: .mainnet))
            let signature = try #require(key.signRecoverably(hash: CompactMessage.hash([1, 2, 3])))
            for byte in UInt8.min ... .max {
                let text = Base64.encode([byte] + signature.compact)
                let fits = ranges.contains { $0.contains(byte) && ($0.lowerBound + signature.recoveryID) == byte }
                #expect(
                    MessageVerifier.verify(address: address, message: [1, 2, 3], signature: text).isAccepted == fits,
                    "\(type) \(byte)"
                )
            }
        }
        #expect(CompactHeader(26) == nil)
        #expect(CompactHeader(43) == nil)
        for byte in CompactHeader.all { #expect(CompactHeader(byte)?.byte == byte) }
    }
}
