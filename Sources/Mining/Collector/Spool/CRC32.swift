/// The checksum of a spooled record: CRC-32 of IEEE 802.3, as in zlib and PNG.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
    }

    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { state, byte in table[Int((state ^ UInt32(byte)) & 0xFF)] ^ state >> 8 }
    }
}
