import TestServers
import Testing

@testable import Accounts

@Suite("E-mail addresses")
struct EmailAddressTests {
    @Test("trimmed and in lower case")
    func normalised() {
        #expect(EmailAddress("  Miner@Example.COM ")?.text == "miner@example.com")
        let address = EmailAddress("a.b+c@sub.example.co.uk")
        #expect(address?.localPart == "a.b+c" && address?.domain == "sub.example.co.uk")
    }

    @Test(
        "the edges of the common form",
        arguments: [
            (String(repeating: "a", count: 64) + "@example.com", true), (String(repeating: "a", count: 65) + "@example.com", false),
            ("a@" + String(repeating: "b", count: 63) + ".com", true), ("a@" + String(repeating: "b", count: 64) + ".com", false),
            ("a@example", false), ("a@example.1", false), ("a@1.2.3.4", false), ("a@example.c1", true), ("a@[1.2.3.4]", false),
            ("a@example.com.", false), ("a@.example.com", false), ("a@-x.com", false), ("a@x-.com", false), (".a@example.com", false),
            ("a.@example.com", false), ("a..b@example.com", false), ("\"a b\"@example.com", false), ("a(comment)@example.com", false),
            ("a@b@example.com", false), ("@example.com", false), ("a@", false), ("", false), ("a b@example.com", false),
            ("ä@example.com", false), ("a@exämple.com", false), ("a@example.com\r\nBcc: x@example.com", false), ("a@example.com\n", false),
            ("a@example.com>", false), ("<a@example.com>", false), ("a@example.com\0", false), ("a,b@example.com", false),
        ]
    )
    func edges(text: String, isAddress: Bool) {
        #expect((EmailAddress(text) != nil) == isAddress, "\(text.debugDescription)")
    }

    @Test("at most 254 characters")
    func length() {
        let domain = (0..<4).map { _ in String(repeating: "d", count: 48) }.joined(separator: ".") + ".com"
        let local = String(repeating: "a", count: 254 - domain.count - 1)
        #expect(EmailAddress("\(local)@\(domain)") != nil)
        #expect(EmailAddress("\(local)a@\(domain)") == nil)
    }

    @Test("whatever is accepted is ASCII in lower case without anything a mail header or an SMTP command could mistake")
    func property() {
        var generator = SeededGenerator(seed: 7)
        let alphabet = Array("aZ0.-_+@@@ \r\n<>\"\\:;,()[]\0é\u{202E}".unicodeScalars)
        var accepted = 0
        for _ in 0..<200_000 {
            let count = Int.random(in: 0...24, using: &generator)
            var text = String.UnicodeScalarView()
            for _ in 0..<count { text.append(alphabet.randomElement(using: &generator) ?? "a") }
            if Bool.random(using: &generator) { text.append(contentsOf: "@b.co".unicodeScalars) }
            guard let address = EmailAddress(String(text)) else { continue }
            accepted += 1
            #expect(address.text.utf8.allSatisfy { (33...126).contains($0) && !"<>\"\\:;,()[] ".utf8.contains($0) })
            #expect(address.text == address.text.lowercased() && EmailAddress(address.text) == address)
            #expect(address.text.utf8.count { $0 == UInt8(ascii: "@") } == 1)
        }
        #expect(accepted > 100)
    }
}
