import Glibc

/// The one source of chance (spec 01 §1): the system's generator in production, a seeded one in tests.
package struct RandomSource: Sendable {
    private let fill: @Sendable (Int) -> [UInt8]

    /// - Parameter fill: returns as many random bytes as asked for.
    package init(fill: @escaping @Sendable (Int) -> [UInt8]) {
        self.fill = fill
    }

    /// The system's cryptographically secure generator.
    package static let system = RandomSource { count in
        [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            // One system call for as much as it gives at once (getentropy(3)), where the standard library makes one for eight bytes.
            while filled < count {
                let part = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[filled..<min(count, filled + 256)])
                if getentropy(part.baseAddress, part.count) == 0 {
                    filled += part.count
                } else {
                    bytes[filled] = UInt8.random(in: 0...255)
                    filled += 1
                }
            }
        }
    }

    /// Random bytes.
    package func bytes(_ count: Int) -> [UInt8] { fill(count) }

    /// A random UUID, version 4 (RFC 9562 §5.4), in its 36 lower-case characters.
    package func uuidText() -> String {
        var bytes = fill(16)
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        return String(unsafeUninitializedCapacity: 36) { text in
            var position = 0
            for (index, byte) in bytes.enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    text[position] = UInt8(ascii: "-")
                    position += 1
                }
                text[position] = Hex.digits[Int(byte >> 4)]
                text[position + 1] = Hex.digits[Int(byte & 15)]
                position += 2
            }
            return position
        }
    }
}

/// Lower-case hexadecimal (RFC 4648 §8).
package enum Hex {
    static let digits: [UInt8] = Array("0123456789abcdef".utf8)

    /// Two digits a byte.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: nil unless the text is an even number of hexadecimal digits.
    package static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { UInt8(Character(UnicodeScalar($0)).hexDigitValue ?? 255) }
        guard digits.count.isMultiple(of: 2), !digits.contains(255) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
