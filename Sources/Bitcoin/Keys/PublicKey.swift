import CSecp256k1

/// A point of the curve secp256k1.
struct PublicKey: Sendable {
    let point: secp256k1_pubkey

    init(point: secp256k1_pubkey) {
        self.point = point
    }

    /// Reads 33 bytes beginning with 02 or 03, or 65 beginning with 04, that stand for a point on the curve; nil otherwise.
    ///
    /// The library would also read the hybrid forms 06 and 07, which no wallet makes.
    init?(serialized bytes: [UInt8]) {
        switch (bytes.count, bytes.first) {
        case (33, 2), (33, 3), (65, 4): break
        default: return nil
        }
        var point = secp256k1_pubkey()
        guard secp256k1_ec_pubkey_parse(Secp256k1Context.shared.pointer, &point, bytes, bytes.count) == 1 else { return nil }
        self.point = point
    }

    /// The 33 byte form, or the 65 byte one.
    func serialized(compressed: Bool = true) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: compressed ? 33 : 65)
        var count = bytes.count
        var point = point
        let flags = UInt32(compressed ? SECP256K1_EC_COMPRESSED : SECP256K1_EC_UNCOMPRESSED)
        _ = secp256k1_ec_pubkey_serialize(Secp256k1Context.shared.pointer, &bytes, &count, &point, flags)
        return bytes
    }
}
