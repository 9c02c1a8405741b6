import TestServers
import Testing

@testable import Bitcoin

@Suite("Parsers of signatures never crash")
struct ParserFuzzTests {
    @Test("transactions: random and damaged bytes; what is read is written back the same")
    func transactions() throws {
        var chance = SeededGenerator(seed: 70)
        // Input script and witness: the richest signature there is.
        let signer = try #require(MessageSigner(key: PrivateKey.fixed, type: .p2sh, network: .mainnet))
        let text = try #require(signer.sign("x", form: .full))
        let good = try #require(Base64.decode(Array(text.dropFirst(3).utf8)))
        for round in 0..<Fuzz.count {
            let bytes = round.isMultiple(of: 4) ? chance.bytes(count: round % 120) : chance.damaged(good)
            if let transaction = Transaction(serialized: bytes) { #expect(transaction.serialized() == bytes) }
        }
    }

    @Test("witnesses: random and damaged bytes; what is read is written back the same")
    func witnesses() {
        var chance = SeededGenerator(seed: 71)
        let good = Witness([[1, 2, 3], [], [UInt8](repeating: 9, count: 300), [0]]).serialized
        for round in 0..<Fuzz.count {
            let bytes = round.isMultiple(of: 4) ? chance.bytes(count: round % 12) : chance.damaged(good)
            if let witness = Witness(serialized: bytes) { #expect(witness.serialized == bytes) }
        }
    }

    @Test("verifier: random and damaged texts for every address type are refused")
    func verifier() throws {
        var chance = SeededGenerator(seed: 72)
        let signers = AddressType.allCases.compactMap { MessageSigner(key: PrivateKey.fixed, type: $0, network: .mainnet) }
        let texts = signers.flatMap { signer in signer.address.type.signatureForms.compactMap { signer.sign("x", form: $0) } }
        for round in 0..<Fuzz.count {
            let bytes = round.isMultiple(of: 8) ? chance.bytes(count: round % 200) : chance.damaged(Array(texts[round % texts.count].utf8))
            let text = String(decoding: bytes, as: UTF8.self)
            let address = signers[round / 3 % signers.count].address
            // Another message than was signed, so that no damage can be undone by chance.
            #expect(!MessageVerifier.verify(address: address, message: [0], signature: text).isAccepted)
        }
    }

    @Test("private keys: random and damaged texts")
    func walletImportFormat() {
        var chance = SeededGenerator(seed: 73)
        let good = Array(PrivateKey.fixed.walletImportFormat(network: .mainnet).utf8)
        for _ in 0..<Fuzz.count {
            let text = String(decoding: chance.damaged(good), as: UTF8.self)
            if let key = PrivateKey(walletImportFormat: text, network: .mainnet) {
                #expect(key.walletImportFormat(network: .mainnet) == text)
            }
        }
    }
}

extension PrivateKey {
    /// A key that is the same in every run.
    static var fixed: PrivateKey {
        var generator = SeededGenerator(seed: 1)
        return .random(using: &generator)
    }
}
