package import Foundation

extension UUID {
    /// Lower case, as the service writes identifiers everywhere.
    package var text: String {
        String(unsafeUninitializedCapacity: 36) { target in
            let digits: StaticString = "0123456789abcdef"
            return withUnsafeBytes(of: uuid) { bytes in
                var position = 0
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        target[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    target[position] = digits.utf8Start[Int(byte >> 4)]
                    target[position + 1] = digits.utf8Start[Int(byte & 15)]
                    position += 2
                }
                return position
            }
        }
    }

    /// - Returns: nil unless the text is a UUID in its 36 characters, of either case.
    package init?(text: String) {
        var text = text
        var bytes: UUID.Bytes = (0, 0)
        let isValid = text.withUTF8 { text -> Bool in
            guard text.count == 36 else { return false }
            var digits = 0
            for (index, character) in text.enumerated() {
                if index == 8 || index == 13 || index == 18 || index == 23 {
                    guard character == UInt8(ascii: "-") else { return false }
                    continue
                }
                guard let digit = Self.value(ofHexDigit: character) else { return false }
                if digits < 16 { bytes.0 = bytes.0 << 4 | digit } else { bytes.1 = bytes.1 << 4 | digit }
                digits += 1
            }
            return true
        }
        guard isValid else { return nil }
        let bigEndian = (bytes.0.bigEndian, bytes.1.bigEndian)
        self = withUnsafeBytes(of: bigEndian) { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    private typealias Bytes = (UInt64, UInt64)

    private static func value(ofHexDigit character: UInt8) -> UInt64? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(character - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(character - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(character - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
