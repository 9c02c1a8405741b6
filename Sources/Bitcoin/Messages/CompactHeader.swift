/// The first byte of a compact signature: which kind of key or address it claims, and the recovery id (BIP-137).
struct CompactHeader: Equatable {
    /// The four ranges of the header, by their first value.
    enum Kind: UInt8, CaseIterable {
        case uncompressed = 27
        case compressed = 31
        case nestedSegwit = 35
        case segwit = 39
    }

    static let all: ClosedRange<UInt8> = 27...42

    var kind: Kind
    var recoveryID: UInt8

    init(kind: Kind, recoveryID: UInt8) {
        self.kind = kind
        self.recoveryID = recoveryID & 3
    }

    init?(_ byte: UInt8) {
        guard Self.all.contains(byte), let kind = Kind(rawValue: 27 + (byte - 27) / 4 * 4) else { return nil }
        self.init(kind: kind, recoveryID: byte - kind.rawValue)
    }

    var byte: UInt8 { kind.rawValue + recoveryID }

    /// Whether spec 02 §3.2 lets this header speak for an address type. Common wallets write `compressed` for segwit addresses too.
    func isAccepted(for type: AddressType) -> Bool {
        switch (type, kind) {
        case (.p2pkh, .uncompressed), (.p2pkh, .compressed): true
        case (.p2sh, .nestedSegwit), (.p2sh, .compressed): true
        case (.p2wpkh, .segwit), (.p2wpkh, .compressed): true
        default: false
        }
    }
}
