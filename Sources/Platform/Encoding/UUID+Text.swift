package import Foundation

extension UUID {
    /// A random one, version 4 (RFC 9562 §5.4).
    package static func random(from source: RandomSource) -> UUID { version4(source.bytes(16)) }

    /// Sixteen bytes with version and variant put in their places.
    package static func version4(_ bytes: [UInt8]) -> UUID {
        let version = bytes[6] & 0x0f | 0x40
        let variant = bytes[8] & 0x3f | 0x80
        return UUID(
            uuid: (
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], version, bytes[7],
                variant, bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
            )
        )
    }

    /// Lower case, as the service writes identifiers everywhere.
    package var text: String {
        String(unsafeUninitializedCapacity: 36) { target in
            withUnsafeBytes(of: uuid) { bytes in
                var position = 0
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        target[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    target[position] = Hex.digits[Int(byte >> 4)]
                    target[position + 1] = Hex.digits[Int(byte & 15)]
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
