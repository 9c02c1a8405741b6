import TestServers
import Testing

@testable import Bitcoin

@Suite("Base58")
struct Base58Tests {
    @Test("any bytes survive the way to text and back")
    func roundTrip() throws {
        var chance = SeededGenerator(seed: 3)
        for round in 0..<2_000 {
            let bytes = [UInt8](repeating: 0, count: round % 5) + chance.bytes(count: round % 40)
            let text = Base58.encode(bytes)
            #expect(Base58.decode(text, byteCount: bytes.count) == bytes)
            #expect(Base58.decode(text, byteCount: bytes.count + 1) == nil)
            #expect(bytes.isEmpty || Base58.decode(text, byteCount: bytes.count - 1) == nil)
        }
    }

    @Test("the largest value of a length decodes, one more does not")
    func largest() {
        let largest = [UInt8](repeating: 0xff, count: 25)
        #expect(Base58.decode(Base58.encode(largest), byteCount: 25) == largest)
        #expect(Base58.decode(Base58.encode([1] + [UInt8](repeating: 0, count: 25)), byteCount: 25) == nil)
        #expect(Base58.decode([UInt8](repeating: UInt8(ascii: "z"), count: 10_000), byteCount: 25) == nil)
    }

    @Test("characters outside the alphabet are refused", arguments: ["0", "O", "I", "l", " ", "é"])
    func alphabet(character: String) {
        #expect(Base58.decode(Array("11\(character)".utf8), byteCount: 3) == nil)
    }

    @Test("a payload with a wrong checksum is refused")
    func checksum() {
        let text = Base58Check.encode([0] + [UInt8](repeating: 9, count: 20))
        #expect(Base58Check.decode(text, payloadCount: 21)?.count == 21)
        #expect(Base58Check.decode(text, payloadCount: 20) == nil)
        #expect(
            Base58Check.decode(text.dropLast() + [text.last == UInt8(ascii: "2") ? UInt8(ascii: "3") : UInt8(ascii: "2")], payloadCount: 21)
                == nil
        )
    }
}
