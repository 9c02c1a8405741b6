import Testing

@testable import Bitcoin

@Suite("Transactions and witnesses")
struct TransactionTests {
    static func transaction(witness: [[UInt8]]) -> Transaction {
        let outPoint = Transaction.OutPoint(transactionID: [UInt8](repeating: 0xab, count: 32), index: 1)
        return Transaction(
            version: 2,
            inputs: [Transaction.Input(outPoint: outPoint, script: [0x51], sequence: 0xffff_fffe, witness: Witness(witness))],
            outputs: [Transaction.Output(value: 0x0102_0304_0506, script: [0x6a])],
            lockTime: 7
        )
    }

    @Test("the two serialised forms, byte by byte")
    func forms() {
        let plain = Self.transaction(witness: [])
        let id = String(repeating: "ab", count: 32)
        let body = "01\(id)010000000151feffffff010605040302010000016a"
        #expect(Hex(plain.serialized()).description == "02000000\(body)07000000")
        let extended = Self.transaction(witness: [[9, 8], []])
        #expect(Hex(extended.serialized()).description == "020000000001\(body)0202090800" + "07000000")
        #expect(extended.id == plain.id)
        #expect(Transaction(serialized: plain.serialized()) == plain)
        #expect(Transaction(serialized: extended.serialized()) == extended)
    }

    @Test("every shortened or lengthened form is refused")
    func truncated() {
        for transaction in [Self.transaction(witness: []), Self.transaction(witness: [[9, 8], []])] {
            let bytes = transaction.serialized()
            for count in bytes.indices { #expect(Transaction(serialized: Array(bytes[..<count])) == nil) }
            #expect(Transaction(serialized: bytes + [0]) == nil)
        }
    }

    @Test("marker and flag without any witness are refused")
    func superfluousFlag() {
        var bytes = Self.transaction(witness: []).serialized()
        bytes.insert(contentsOf: [0, 1], at: 4)
        bytes.insert(0, at: bytes.count - 4)
        #expect(Transaction(serialized: bytes) == nil)
    }

    @Test("a witness has at most four items and nothing after them")
    func witness() {
        let four = Witness([[], [1], [2, 2], [3, 3, 3]])
        #expect(four.serialized == [4, 0, 1, 1, 2, 2, 2, 3, 3, 3, 3])
        #expect(Witness(serialized: four.serialized) == four)
        #expect(Witness(serialized: four.serialized + [0]) == nil)
        #expect(Witness(serialized: Witness(four.items + [[]]).serialized) == nil)
        #expect(Witness(serialized: [0]) == Witness([]))
        #expect(Witness(serialized: []) == nil)
    }

    @Test("a P2PKH spend that carries a witness is refused")
    func foreignWitness() throws {
        let signer = try #require(MessageSigner(key: .fixed, type: .p2pkh, network: .mainnet))
        let text = try #require(signer.sign("x", form: .full))
        let payload = try #require(Base64.decode(Array(text.dropFirst(3).utf8)))
        var transaction = try #require(Transaction(serialized: payload))
        #expect(MessageVerifier.verify(address: signer.address, message: [0x78], signature: text) == .accepted)
        transaction.inputs[0].witness = Witness([[1]])
        let padded = "ful" + Base64.encode(transaction.serialized())
        #expect(MessageVerifier.verify(address: signer.address, message: [0x78], signature: padded) == .refused(.inputScript))
    }

    @Test("a segwit spend with an input script it does not need is refused", arguments: [AddressType.p2wpkh, .p2tr])
    func foreignScript(type: AddressType) throws {
        let signer = try #require(MessageSigner(key: .fixed, type: type, network: .mainnet))
        let text = try #require(signer.sign("x", form: .full))
        let payload = try #require(Base64.decode(Array(text.dropFirst(3).utf8)))
        var transaction = try #require(Transaction(serialized: payload))
        // Neither segwit signature covers the input script, so only the rule can refuse it.
        transaction.inputs[0].script = [0x51]
        let padded = "ful" + Base64.encode(transaction.serialized())
        #expect(MessageVerifier.verify(address: signer.address, message: [0x78], signature: padded) == .refused(.inputScript))
    }
}
