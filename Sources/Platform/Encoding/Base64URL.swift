import Foundation

/// Unpadded base64url (RFC 4648 §5).
package enum Base64URL {
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let standard = Data(bytes).base64EncodedData().prefix { $0 != UInt8(ascii: "=") }
        let text = standard.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a text is the one spelling of some bytes: the alphabet, a possible length, and no stray bits at the end (RFC 4648 §3.5).
    package static func isSpelled(_ text: some StringProtocol) -> Bool {
        var last: UInt8 = 0
        for byte in text.utf8 {
            guard let value = value(of: byte) else { return false }
            last = value
        }
        return switch text.utf8.count % 4 {
        case 0: true
        case 2: last & 0b1111 == 0
        case 3: last & 0b11 == 0
        default: false
        }
    }

    /// The six bits a character stands for.
    private static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }

    /// - Returns: nil for padding, other characters, an impossible length or stray bits.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard isSpelled(text) else { return nil }
        let standard = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        return Data(base64Encoded: padded).map(Array.init)
    }
}
