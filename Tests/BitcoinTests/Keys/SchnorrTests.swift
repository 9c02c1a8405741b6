import Testing

@testable import Bitcoin

@Suite("Schnorr signatures of bip340.json")
struct SchnorrTests {
    struct File: Decodable {
        struct Row: Decodable {
            var index: Int
            var secret_key: Hex?
            var public_key: Hex
            var aux_rand: Hex?
            var message: Hex
            var signature: Hex
            var valid: Bool
            var comment: String
        }
        var vectors: [Row]
    }

    let rows: [File.Row]

    init() throws {
        rows = try Vectors.load("bip340", as: File.self).vectors
    }

    @Test("every row verifies or does not, as published")
    func verify() {
        #expect(rows.count == 19)
        for row in rows {
            let isValid = SchnorrSignature.isValid(row.signature.bytes, message: row.message.bytes, key: row.public_key.bytes)
            #expect(isValid == row.valid, "\(row.index) \(row.comment)")
        }
    }

    @Test("signing reproduces every published signature over 32 bytes")
    func sign() throws {
        var count = 0
        for row in rows where row.message.bytes.count == 32 {
            guard let secret = row.secret_key, let randomness = row.aux_rand else { continue }
            let pair = try #require(PrivateKey(bytes: secret.bytes).flatMap(SchnorrKeyPair.init))
            #expect(pair.publicKey == row.public_key.bytes)
            #expect(pair.sign(hash: row.message.bytes, auxiliaryRandomness: randomness.bytes) == row.signature.bytes, "\(row.index)")
            count += 1
        }
        #expect(count == 4)
    }

    @Test("any one flipped bit of signature, message or key is refused")
    func flippedBits() {
        for row in rows where row.valid {
            let (signature, message, key) = (row.signature.bytes, row.message.bytes, row.public_key.bytes)
            for bit in 0..<(8 * 64) { #expect(!SchnorrSignature.isValid(signature.flipped(bit), message: message, key: key)) }
            for bit in 0..<(8 * message.count) { #expect(!SchnorrSignature.isValid(signature, message: message.flipped(bit), key: key)) }
            for bit in 0..<(8 * 32) { #expect(!SchnorrSignature.isValid(signature, message: message, key: key.flipped(bit))) }
        }
    }

    @Test("other lengths are refused")
    func lengths() throws {
        let row = try #require(rows.first)
        #expect(!SchnorrSignature.isValid(row.signature.bytes.dropLast(), message: row.message.bytes, key: row.public_key.bytes))
        #expect(!SchnorrSignature.isValid(row.signature.bytes + [1], message: row.message.bytes, key: row.public_key.bytes))
        #expect(!SchnorrSignature.isValid(row.signature.bytes, message: row.message.bytes, key: row.public_key.bytes.dropLast()))
        #expect(!SchnorrSignature.isValid([], message: [], key: []))
    }
}

extension [UInt8] {
    /// A copy with one bit changed; bit 0 is the lowest of the first byte.
    func flipped(_ bit: Int) -> [UInt8] {
        var copy = self
        copy[bit / 8] ^= 1 << (bit % 8)
        return copy
    }
}
