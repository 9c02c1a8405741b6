/// The text of a signature, decoded and sorted by form (spec 02 §3.1).
enum SignatureText: Equatable {
    /// BIP-137: header, r, s; 65 bytes.
    case compact([UInt8])
    /// BIP-322 simple: a serialised witness.
    case simple([UInt8])
    /// BIP-322 full: a serialised transaction.
    case full([UInt8])

    static let maximumCount = 1_000

    init(decoding text: String) throws(VerificationRefusal) {
        var characters: [UInt8] = []
        for byte in text.utf8 where !Self.isWhiteSpace(byte) {
            guard characters.count < Self.maximumCount else { throw .textLength }
            characters.append(byte)
        }
        guard !characters.isEmpty else { throw .textLength }

        // No base64 of a witness or a compact signature begins with these letters.
        switch String(decoding: characters.prefix(3), as: UTF8.self) {
        case "pof": throw .proofOfFunds
        case "ful": self = .full(try Self.payload(characters.dropFirst(3)))
        case "smp": self = .simple(try Self.payload(characters.dropFirst(3)))
        default:
            let payload = try Self.payload(characters[...])
            self = payload.count == 65 && CompactHeader.all.contains(payload[0]) ? .compact(payload) : .simple(payload)
        }
    }

    private static func payload(_ characters: ArraySlice<UInt8>) throws(VerificationRefusal) -> [UInt8] {
        guard let payload = Base64.decode(Array(characters)) else { throw .base64 }
        return payload
    }

    /// Space, tab, carriage return and line feed: what mail and terminals wrap with.
    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a
    }
}
