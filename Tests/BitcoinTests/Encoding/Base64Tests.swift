import TestServers
import Testing

@testable import Bitcoin

@Suite("Strict base64")
struct Base64Tests {
    @Test(
        "the examples of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
    )
    func examples(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(Array(encoded.utf8)) == Array(plain.utf8))
    }

    @Test(
        "anything but the one right spelling is refused",
        arguments: [
            "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "=", "==", "===", "====", "Z===", "Zg==Zg==", "Zm=v", "Z=9v", "Zm9_", "Zm9-",
            "Zm 9", "Zm9é",
            "Zm9v\n", "Zg==\0\0\0\0",
        ]
    )
    func refused(text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }

    @Test("any bytes survive the way to text and back")
    func roundTrip() {
        var chance = SeededGenerator(seed: 10)
        for count in 0..<300 {
            let bytes = chance.bytes(count: count)
            #expect(Base64.decode(Array(Base64.encode(bytes).utf8)) == bytes)
        }
    }

    @Test("whatever decodes is the one spelling of its bytes")
    func canonical() {
        var chance = SeededGenerator(seed: 11)
        let alphabet = Array("AQgw/+09=".utf8)
        for _ in 0..<Fuzz.count {
            let text = (0..<(4 * Int.random(in: 0...3, using: &chance))).map { _ in alphabet.randomElement(using: &chance) ?? 0 }
            guard let bytes = Base64.decode(text) else { continue }
            #expect(Array(Base64.encode(bytes).utf8) == text)
        }
    }
}
