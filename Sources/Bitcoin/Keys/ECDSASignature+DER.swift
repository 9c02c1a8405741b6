import CSecp256k1

extension ECDSASignature {
    /// Reads strict DER (BIP-66) of numbers in 1…n−1; nil otherwise.
    ///
    /// Shape: `30 <rest> 02 <count of r> <r> 02 <count of s> <s>`, numbers signed big-endian in their shortest form.
    init?(strictDER bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard reader.skip([0x30]), let rest = reader.readByte(), Int(rest) == reader.remaining,
            let r = Self.readInteger(&reader), let s = Self.readInteger(&reader), reader.isAtEnd
        else { return nil }
        self.init(compact: r + s)
    }

    /// The DER form, 8…72 bytes.
    var der: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 72)
        var count = bytes.count
        var signature = signature
        guard secp256k1_ecdsa_signature_serialize_der(Secp256k1Context.shared.pointer, &bytes, &count, &signature) == 1 else { return [] }
        return Array(bytes[..<count])
    }

    /// A positive DER integer in its shortest form, as 32 bytes; nil if it is longer than that.
    private static func readInteger(_ reader: inout ByteReader) -> [UInt8]? {
        guard reader.skip([0x02]), let count = reader.readByte(), count < 0x80, var digits = reader.readBytes(Int(count)),
            let first = digits.first, first & 0x80 == 0
        else { return nil }
        if first == 0, digits.count > 1 {
            // A leading zero is there to keep the number positive, or not at all.
            guard digits[1] & 0x80 != 0 else { return nil }
            digits.removeFirst()
        }
        guard digits.count <= 32 else { return nil }
        return [UInt8](repeating: 0, count: 32 - digits.count) + digits
    }
}
