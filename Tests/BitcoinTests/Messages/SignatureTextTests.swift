import Testing

@testable import Bitcoin

@Suite("Signature texts")
struct SignatureTextTests {
    static let compact = Base64.encode([31] + [UInt8](repeating: 5, count: 64))

    @Test("white space anywhere is removed, other blanks are not")
    func whiteSpace() throws {
        let wrapped = " \t" + Self.compact.prefix(20) + "\r\n" + Self.compact.dropFirst(20) + "\n"
        #expect(try SignatureText(decoding: wrapped) == SignatureText(decoding: Self.compact))
        #expect(throws: VerificationRefusal.base64) { try SignatureText(decoding: Self.compact + "\u{0b}") }
        #expect(throws: VerificationRefusal.base64) { try SignatureText(decoding: Self.compact + "\u{a0}") }
    }

    @Test("1,000 characters are read, 1,001 are refused, white space does not count")
    func length() throws {
        let longest = String(repeating: "A", count: 1_000)
        #expect(try SignatureText(decoding: longest) == .simple([UInt8](repeating: 0, count: 750)))
        #expect(try SignatureText(decoding: longest + String(repeating: " ", count: 5_000)) == SignatureText(decoding: longest))
        #expect(throws: VerificationRefusal.textLength) { try SignatureText(decoding: longest + "A") }
        #expect(throws: VerificationRefusal.textLength) { try SignatureText(decoding: " \r\n\t") }
        #expect(throws: VerificationRefusal.textLength) { try SignatureText(decoding: "") }
    }

    @Test("prefixes are case-sensitive and choose the form")
    func prefixes() throws {
        #expect(try SignatureText(decoding: "smpAA==") == .simple([0]))
        #expect(try SignatureText(decoding: "s m\npAA==") == .simple([0]))
        #expect(try SignatureText(decoding: "fulAA==") == .full([0]))
        #expect(try SignatureText(decoding: "smp") == .simple([]))
        #expect(try SignatureText(decoding: "smp" + Self.compact) == .simple([31] + [UInt8](repeating: 5, count: 64)))
        #expect(throws: VerificationRefusal.proofOfFunds) { try SignatureText(decoding: "pofAA==") }
        #expect(throws: VerificationRefusal.base64) { try SignatureText(decoding: "SMPAA==") }
        #expect(throws: VerificationRefusal.base64) { try SignatureText(decoding: "smpsmpAA==") }
    }

    @Test("without prefix, 65 bytes with a header are compact and anything else is a witness")
    func unprefixed() throws {
        for header in UInt8.min ... .max {
            let payload = [header] + [UInt8](repeating: 5, count: 64)
            let expected = (27...42).contains(header) ? SignatureText.compact(payload) : .simple(payload)
            #expect(try SignatureText(decoding: Base64.encode(payload)) == expected)
        }
        #expect(try SignatureText(decoding: Base64.encode([31, 1])) == .simple([31, 1]))
    }
}
