/// The checksummed base-32 text of BIP-173 (bech32) and BIP-350 (bech32m).
enum Bech32 {
    /// The two checksums, told apart by the residue a good text leaves.
    enum Encoding: UInt32 {
        case bech32 = 1
        case bech32m = 0x2bc8_30a3
    }

    /// A text taken apart: the human part in lower case and the five-bit symbols without the checksum.
    struct Decoded: Equatable {
        var humanPart: ArraySlice<UInt8>
        var symbols: ArraySlice<UInt8>
        var encoding: Encoding
    }

    static let checksumCount = 6
    static let maximumCount = 90

    /// Decodes a text; nil if it breaks any rule of either BIP.
    static func decode(_ text: [UInt8]) -> Decoded? {
        guard text.count <= maximumCount, isPrintableOfOneCase(text), let separator = text.lastIndex(of: UInt8(ascii: "1")) else {
            return nil
        }
        guard separator >= 1, text.count - separator - 1 >= checksumCount else { return nil }

        var residue: UInt32 = 1
        let humanPart = lowercased(text)[..<separator]
        absorb(humanPart, into: &residue)
        var symbols: [UInt8] = []
        symbols.reserveCapacity(text.count - separator - 1)
        for character in text[(separator + 1)...] {
            let symbol = symbolOfCharacter[Int(character)]
            guard symbol != noSymbol else { return nil }
            residue = step(residue, symbol)
            symbols.append(symbol)
        }
        guard let encoding = Encoding(rawValue: residue) else { return nil }
        return Decoded(humanPart: humanPart, symbols: symbols.dropLast(checksumCount), encoding: encoding)
    }

    /// Encodes five-bit symbols under a human part in lower case.
    static func encode(humanPart: [UInt8], symbols: [UInt8], encoding: Encoding) -> [UInt8] {
        var residue: UInt32 = 1
        absorb(humanPart[...], into: &residue)
        for symbol in symbols { residue = step(residue, symbol) }
        for _ in 0..<checksumCount { residue = step(residue, 0) }
        residue ^= encoding.rawValue
        let checksum = (0..<checksumCount).map { UInt8(truncatingIfNeeded: residue >> (5 * (5 - $0)) & 31) }
        return humanPart + [UInt8(ascii: "1")] + (symbols + checksum).map { alphabet[Int($0 & 31)] }
    }

    static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    static func lowercased(_ text: [UInt8]) -> [UInt8] {
        text.map { lowercased($0) }
    }

    private static func isPrintableOfOneCase(_ text: [UInt8]) -> Bool {
        var hasLower = false
        var hasUpper = false
        for byte in text {
            guard (33...126).contains(byte) else { return false }
            hasLower = hasLower || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            hasUpper = hasUpper || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        }
        return !(hasLower && hasUpper)
    }

    /// Feeds the human part as BIP-173 expands it: the high bits of all characters, a zero, the low bits.
    private static func absorb(_ humanPart: ArraySlice<UInt8>, into residue: inout UInt32) {
        for byte in humanPart { residue = step(residue, byte >> 5) }
        residue = step(residue, 0)
        for byte in humanPart { residue = step(residue, byte & 31) }
    }

    /// One step of the checksum polynomial, branch-free because every character of every share's address comes through here.
    private static func step(_ residue: UInt32, _ symbol: UInt8) -> UInt32 {
        let top = residue >> 25
        var next = (residue & 0x01ff_ffff) << 5 ^ UInt32(symbol)
        next ^= 0x3b6a_57b2 & (0 &- (top & 1))
        next ^= 0x2650_8e6d & (0 &- (top >> 1 & 1))
        next ^= 0x1ea1_19fa & (0 &- (top >> 2 & 1))
        next ^= 0x3d42_33dd & (0 &- (top >> 3 & 1))
        next ^= 0x2a14_62b3 & (0 &- (top >> 4 & 1))
        return next
    }

    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let noSymbol: UInt8 = 0xff

    /// Character to symbol, both cases.
    private static let symbolOfCharacter: [UInt8] = {
        var table = [UInt8](repeating: noSymbol, count: 256)
        for (symbol, character) in alphabet.enumerated() {
            table[Int(character)] = UInt8(symbol)
            if character >= UInt8(ascii: "a") { table[Int(character & ~0x20)] = UInt8(symbol) }
        }
        return table
    }()
}
