import TestServers
import Testing

@testable import Bitcoin

@Suite("ECDSA signatures of der.json")
struct DERTests {
    struct File: Decodable {
        struct Strict: Decodable {
            var hex: Hex
            var acceptable: Bool
        }
        struct Refused: Decodable {
            var hex: String
            var reason: String
        }
        var bip66_strict: [Strict]
        var refused: [Refused]
    }

    static func isAcceptable(_ item: [UInt8]) -> Bool {
        (try? ECDSASignature(standardItem: item)) != nil
    }

    @Test("every strict encoding is accepted and written back the same")
    func strict() throws {
        let rows = try Vectors.load("der", as: File.self).bip66_strict
        #expect(rows.count == 3)
        for row in rows {
            #expect(Self.isAcceptable(row.hex.bytes) == row.acceptable)
            #expect(ECDSASignature(strictDER: row.hex.bytes.dropLast())?.der == row.hex.bytes.dropLast())
        }
    }

    @Test("every other encoding is refused")
    func refused() throws {
        let rows = try Vectors.load("der", as: File.self).refused
        #expect(rows.count == 17)
        for row in rows { #expect(!Hex.bytes(of: row.hex).map(Self.isAcceptable, default: false), "\(row.reason)") }
    }

    @Test("changing any bit of the frame is refused")
    func changedFrame() throws {
        let row = try #require(try Vectors.load("der", as: File.self).bip66_strict.last).hex.bytes
        // Tag, length, tag, length of r; tag, length of s; hash type.
        for position in [0, 1, 2, 3, 36, 37, row.count - 1] {
            for bit in 0..<8 {
                var changed = row
                changed[position] ^= 1 << bit
                #expect(!Self.isAcceptable(changed), "bit \(bit) of byte \(position)")
            }
        }
    }

    @Test("a high s and a hash type other than ALL have their own reasons")
    func reasons() throws {
        var chance = SeededGenerator(seed: 20)
        let key = PrivateKey.random(using: &chance)
        let low = try #require(key.sign(hash: chance.bytes(count: 32)))
        #expect(throws: VerificationRefusal.hashType) { try ECDSASignature(standardItem: low.der + [2]) }
        #expect(throws: VerificationRefusal.signatureEncoding) { try ECDSASignature(standardItem: []) }
        let high = try #require(ECDSASignature(compact: [UInt8](repeating: 1, count: 32) + [UInt8](repeating: 0xf0, count: 32)))
        #expect(throws: VerificationRefusal.highS) { try ECDSASignature(standardItem: high.der + [1]) }
        #expect(!high.hasLowS)
    }

    @Test("numbers outside 1…n−1 are no signature")
    func scalarRange() {
        let order = Hex.bytes(of: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141") ?? []
        let one = [UInt8](repeating: 0, count: 31) + [1]
        #expect(order.count == 32)
        for bad in [[UInt8](repeating: 0, count: 32), order, [UInt8](repeating: 0xff, count: 32)] {
            #expect(ECDSASignature(compact: bad + one) == nil)
            #expect(ECDSASignature(compact: one + bad) == nil)
        }
        #expect(ECDSASignature(compact: one + one) != nil)
        #expect(ECDSASignature(compact: one) == nil)
    }

    @Test("random and damaged encodings never crash, and what is read is written back the same")
    func fuzz() throws {
        var chance = SeededGenerator(seed: 21)
        let key = PrivateKey.random(using: &chance)
        let good = try #require(key.sign(hash: chance.bytes(count: 32))).der
        for round in 0..<Fuzz.count {
            var bytes = round.isMultiple(of: 2) ? good : chance.bytes(count: round % 80)
            for _ in 0..<2 where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &chance)] = .random(in: .min ... .max, using: &chance)
            }
            if let signature = ECDSASignature(strictDER: bytes) { #expect(signature.der == bytes) }
        }
    }
}

extension Optional {
    /// The transformed value, or `value` for nil.
    func map<Result>(_ transform: (Wrapped) -> Result, default value: Result) -> Result {
        map(transform) ?? value
    }
}
