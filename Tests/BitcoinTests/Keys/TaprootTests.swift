import TestServers
import Testing

@testable import Bitcoin

@Suite("Taproot keys of taproot-tweak.json")
struct TaprootTests {
    struct File: Decodable {
        struct Row: Decodable {
            var internal_key: Hex
            var merkle_root: Hex?
            var tweak: Hex
            var output_key: Hex
            var address: String
        }
        var vectors: [Row]
    }

    @Test("every internal key gives its tweak, output key and address")
    func rows() throws {
        let rows = try Vectors.load("taproot-tweak", as: File.self).vectors
        #expect(rows.count == 10)
        for row in rows {
            let root = row.merkle_root?.bytes ?? []
            #expect(Taproot.tweak(internalKey: row.internal_key.bytes, merkleRoot: root) == row.tweak.bytes)
            #expect(Taproot.outputKey(internalKey: row.internal_key.bytes, merkleRoot: root) == row.output_key.bytes)
            #expect(BitcoinAddress.payToTaproot(row.output_key.bytes, network: .mainnet).canonical == row.address)
            let address = try BitcoinAddress(parsing: row.address, network: .mainnet)
            #expect(address.program == row.output_key.bytes)
            for bit in 0..<256 {
                #expect(Taproot.outputKey(internalKey: row.internal_key.bytes.flipped(bit), merkleRoot: root) != row.output_key.bytes)
            }
        }
    }

    @Test("private and public side of the tweak agree")
    func bothSides() throws {
        var chance = SeededGenerator(seed: 30)
        for round in 0..<100 {
            let pair = try #require(SchnorrKeyPair(.random(using: &chance)))
            let root = round.isMultiple(of: 2) ? [] : chance.bytes(count: 32)
            #expect(pair.tweaked(merkleRoot: root)?.publicKey == Taproot.outputKey(internalKey: pair.publicKey, merkleRoot: root))
        }
    }

    @Test("what is no point has no output key")
    func noPoint() {
        #expect(Taproot.outputKey(internalKey: [UInt8](repeating: 0xff, count: 32)) == nil)
        #expect(Taproot.outputKey(internalKey: []) == nil)
    }
}
