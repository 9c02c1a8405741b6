import Foundation
import Testing

@testable import Platform

/// RFC 4648 §5 and §10.
@Suite("Base64url")
struct Base64URLTests {
    @Test("The vectors of RFC 4648 §10, unpadded, and the two characters that differ from base64")
    func vectors() {
        let vectors = [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
        ]
        for (plain, text) in vectors {
            #expect(Base64URL.encode(plain.utf8) == text)
            #expect(Base64URL.decode(text) == Array(plain.utf8))
        }
        #expect(Base64URL.encode([0xFB, 0xFF, 0xBF]) == "-_-_")
        #expect(Base64URL.decode("-_-_") == [0xFB, 0xFF, 0xBF])
    }

    @Test("Bytes of every length are written as Foundation writes them, and come back", arguments: 0..<70)
    func lengths(count: Int) {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let expected = Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(
                of: "/",
                with: "_"
            )
            .replacingOccurrences(of: "=", with: "")
            #expect(Base64URL.encode(bytes) == expected)
            #expect(Base64URL.decode(expected) == bytes)
        }
    }

    @Test(
        "Padding, other characters, impossible lengths and stray bits are refused",
        arguments: ["Zg==", "Zm9v=", "Zm9v+", "Zm/v", "Zm 9", "A", "Zm9vA", "Zh", "Zm9", "é", "Zm9v\n"]
    )
    func refused(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
