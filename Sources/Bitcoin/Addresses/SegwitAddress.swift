/// A witness program and its human-readable part, of any version and length the standards allow (BIP-141, BIP-173, BIP-350).
struct SegwitAddress: Equatable {
    var humanPart: [UInt8]
    var version: UInt8
    var program: [UInt8]
}

extension SegwitAddress {
    /// Decodes a segwit address of any human part; nil if any rule is broken.
    init?(decoding text: [UInt8]) {
        guard let decoded = Bech32.decode(text), let version = decoded.symbols.first, version <= 16 else { return nil }
        guard decoded.encoding == Self.encoding(version: version) else { return nil }
        guard let program = Self.bytes(ofSymbols: decoded.symbols.dropFirst()), (2...40).contains(program.count) else { return nil }
        guard version != 0 || program.count == 20 || program.count == 32 else { return nil }
        self.init(humanPart: Array(decoded.humanPart), version: version, program: program)
    }

    /// The text in lower case.
    func encoded() -> [UInt8] {
        Bech32.encode(humanPart: humanPart, symbols: [version] + Self.symbols(ofBytes: program), encoding: Self.encoding(version: version))
    }

    private static func encoding(version: UInt8) -> Bech32.Encoding {
        version == 0 ? .bech32 : .bech32m
    }

    /// Regroups five-bit symbols to bytes; nil if five or more bits, or any one bit, would be left over.
    private static func bytes(ofSymbols symbols: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(symbols.count * 5 / 8)
        var pending: UInt32 = 0
        var pendingBits: UInt32 = 0
        for symbol in symbols {
            pending = pending << 5 | UInt32(symbol)
            pendingBits += 5
            if pendingBits >= 8 {
                pendingBits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> pendingBits))
                pending &= 1 << pendingBits - 1
            }
        }
        return pendingBits < 5 && pending == 0 ? bytes : nil
    }

    /// Regroups bytes to five-bit symbols, padded with zero bits.
    private static func symbols(ofBytes bytes: [UInt8]) -> [UInt8] {
        var symbols: [UInt8] = []
        symbols.reserveCapacity((bytes.count * 8 + 4) / 5)
        var pending: UInt32 = 0
        var pendingBits: UInt32 = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            pendingBits += 8
            while pendingBits >= 5 {
                pendingBits -= 5
                symbols.append(UInt8(truncatingIfNeeded: pending >> pendingBits) & 31)
                pending &= 1 << pendingBits - 1
            }
        }
        if pendingBits > 0 { symbols.append(UInt8(truncatingIfNeeded: pending << (5 - pendingBits)) & 31) }
        return symbols
    }
}
