import Crypto
package import Foundation
package import GameRules
package import Platform

/// Where the identity of an event comes from (spec 03a §3).
package enum EventID {
    /// Reads the 36 characters of a UUID in either case; nil for anything else.
    package static func parse(_ text: UnsafeRawBufferPointer) -> UUID? {
        guard text.count == 36 else { return nil }
        var bytes: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isValid = withUnsafeMutableBytes(of: &bytes) { target in
            var position = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    guard text[position] == UInt8(ascii: "-") else { return false }
                    position += 1
                }
                guard let high = text[position].hexadecimalValue, let low = text[position + 1].hexadecimalValue else { return false }
                target[index] = high << 4 | low
                position += 2
            }
            return true
        }
        return isValid ? UUID(uuid: bytes) : nil
    }

    /// Reads a UUID; nil unless it is well-formed.
    package static func parse(_ text: String) -> UUID? {
        var text = text
        return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
    }

    /// A UUID of version 7 (RFC 9562 §5.7): milliseconds, then chance.
    package static func make(at time: Instant, random: RandomSource) -> UUID {
        let milliseconds = UInt64(clamping: time.millisecondsSinceUnixEpoch)
        var bytes = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * $0)) } + random.bytes(10)
        bytes[6] = bytes[6] & 0x0F | 0x70
        bytes[8] = bytes[8] & 0x3F | 0x80
        return uuid(bytes)
    }

    /// The id of a stream entry that carries none: the same at every delivery.
    package static func derived(stream: String, entryID: String) -> UUID {
        uuid(Array(SHA256.hash(data: Array("\(stream)|\(entryID)".utf8))))
    }

    /// The first 16 bytes, of which there are enough.
    private static func uuid(_ bytes: [UInt8]) -> UUID {
        bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}
