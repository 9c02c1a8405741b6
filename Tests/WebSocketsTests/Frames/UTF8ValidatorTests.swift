import TestServers
import Testing

@testable import WebSockets

@Suite("UTF-8 validator")
struct UTF8ValidatorTests {
    private func isValid(_ bytes: [UInt8], split: Int = 0) -> Bool {
        var validator = UTF8Validator()
        let accepted = [bytes.prefix(split), bytes.dropFirst(split)].allSatisfy { part in
            Array(part).withUnsafeBytes { validator.accepts($0) }
        }
        return accepted && validator.isComplete
    }

    @Test("accepts every code point, split at every byte")
    func everyCodePoint() {
        for value in stride(from: UInt32(0), through: 0x10FFFF, by: 1) where value < 0x3000 || value % 251 == 0 || value & 0xFFFE == 0xFFFE
        {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let bytes = Array(String(scalar).utf8)
            #expect((0...bytes.count).allSatisfy { self.isValid(bytes, split: $0) })
        }
    }

    @Test(
        "refuses overlong forms, surrogates, values over U+10FFFF, stray and missing continuation bytes",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFF], [0xFE], [0xC2], [0xE2, 0x82],
            [0xF0, 0x9F, 0x98], [0xC2, 0x41], [0xE2, 0x82, 0x41], [0x41, 0x80],
        ] as [[UInt8]]
    )
    func refuses(_ bytes: [UInt8]) {
        #expect((0...bytes.count).allSatisfy { !self.isValid(bytes, split: $0) })
        #expect(!self.isValid(Array("eight or more ".utf8) + bytes + Array(" and more text".utf8)))
    }

    @Test("refuses at the first wrong byte, not at the end of the text")
    func failsFast() {
        var validator = UTF8Validator()
        #expect([0x48, 0xF4].withUnsafeBytesOfBytes { validator.accepts($0) })
        #expect(![0x90].withUnsafeBytesOfBytes { validator.accepts($0) })
    }

    @Test("agrees with the standard library on random bytes")
    func random() {
        var dice = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let lead: [UInt8] = [0x41, 0x80, 0xBF, 0xC2, 0xE0, 0xE2, 0xED, 0xF0, 0xF1, 0xF4]
            let bytes = (0..<Int.random(in: 0...12, using: &dice)).map { _ in
                Bool.random(using: &dice) ? lead.randomElement(using: &dice) ?? 0 : UInt8.random(in: 0x80...0xBF, using: &dice)
            }
            #expect(
                self.isValid(bytes, split: Int.random(in: 0...bytes.count, using: &dice))
                    == (String(validating: bytes, as: UTF8.self) != nil)
            )
        }
    }
}

extension [Int] {
    fileprivate func withUnsafeBytesOfBytes(_ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        self.map { UInt8($0) }.withUnsafeBytes(body)
    }
}
