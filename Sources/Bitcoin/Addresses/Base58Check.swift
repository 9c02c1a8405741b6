/// Base-58 text with a four byte checksum: old addresses and private keys in wallet import format.
enum Base58Check {
    static let checksumCount = 4

    /// Decodes a text that must hold exactly `payloadCount` bytes and their checksum; nil otherwise.
    static func decode(_ text: [UInt8], payloadCount: Int) -> [UInt8]? {
        guard let bytes = Base58.decode(text, byteCount: payloadCount + checksumCount) else { return nil }
        let payload = Array(bytes[..<payloadCount])
        return bytes[payloadCount...] == checksum(payload) ? payload : nil
    }

    /// The text of a payload (version byte first).
    static func encode(_ payload: [UInt8]) -> [UInt8] {
        Base58.encode(payload + checksum(payload))
    }

    private static func checksum(_ payload: [UInt8]) -> ArraySlice<UInt8> {
        Hash.doubleSHA256(payload)[..<checksumCount]
    }
}

/// Base-58 numbers, one leading `1` for each leading zero byte.
enum Base58 {
    /// Decodes a text that must stand for exactly `byteCount` bytes; nil otherwise.
    static func decode(_ text: [UInt8], byteCount: Int) -> [UInt8]? {
        // The longest text of n bytes has ⌈n · log 256 / log 58⌉ characters; this bound keeps hostile lengths cheap.
        guard text.count <= byteCount * 138 / 100 + 1 else { return nil }
        var limbs = [UInt32](repeating: 0, count: (byteCount + 3) / 4)
        var position = 0
        while position < text.count {
            // Five characters at a time: 58^5 fits the 32 bits of a multiplication without overflow.
            var chunk: UInt64 = 0
            var scale: UInt64 = 1
            for character in text[position..<min(position + 5, text.count)] {
                let digit = digitOfCharacter[Int(character)]
                guard digit != noDigit else { return nil }
                chunk = chunk * 58 + UInt64(digit)
                scale *= 58
            }
            position += 5
            guard multiply(&limbs, by: scale, adding: chunk) else { return nil }
        }
        return bytes(of: limbs, count: byteCount, leadingZeros: text.prefix { $0 == UInt8(ascii: "1") }.count)
    }

    /// The text of bytes.
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var digits: [UInt8] = []
        for byte in bytes {
            var carry = Int(byte)
            for index in digits.indices {
                carry += Int(digits[index]) << 8
                digits[index] = UInt8(carry % 58)
                carry /= 58
            }
            while carry > 0 {
                digits.append(UInt8(carry % 58))
                carry /= 58
            }
        }
        let ones = [UInt8](repeating: UInt8(ascii: "1"), count: bytes.prefix { $0 == 0 }.count)
        return ones + digits.reversed().map { alphabet[Int($0)] }
    }

    /// `limbs = limbs · scale + addend`, limbs little-endian; false on overflow.
    private static func multiply(_ limbs: inout [UInt32], by scale: UInt64, adding addend: UInt64) -> Bool {
        var carry = addend
        for index in limbs.indices {
            let product = UInt64(limbs[index]) * scale + carry
            limbs[index] = UInt32(truncatingIfNeeded: product)
            carry = product >> 32
        }
        return carry == 0
    }

    private static func bytes(of limbs: [UInt32], count: Int, leadingZeros: Int) -> [UInt8]? {
        let padded = limbs.reversed().flatMap { limb in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: limb >> UInt32($0)) } }
        let bytes = Array(padded.suffix(count))
        guard padded.dropLast(count).allSatisfy({ $0 == 0 }), bytes.prefix(while: { $0 == 0 }).count == leadingZeros else { return nil }
        return bytes
    }

    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
    private static let noDigit: UInt8 = 0xff

    private static let digitOfCharacter: [UInt8] = {
        var table = [UInt8](repeating: noDigit, count: 256)
        for (digit, character) in alphabet.enumerated() { table[Int(character)] = UInt8(digit) }
        return table
    }()
}
