/// The four-byte key a client XORs its payload with (RFC 6455 §5.3).
struct FrameMask: Equatable, Sendable {
    /// The key as it reads on the wire, first byte in the highest bits.
    var key: UInt32

    /// XORs bytes whose first is byte `offset` of the payload. Its own inverse.
    func apply(to bytes: UnsafeMutableRawBufferPointer, offset: Int) {
        let shift = UInt32(truncatingIfNeeded: (offset & 3) * 8)
        let turned = shift == 0 ? self.key : self.key << shift | self.key >> (32 - shift)
        let word = (UInt64(turned) << 32 | UInt64(turned)).bigEndian
        var index = 0
        while index + 8 <= bytes.count {
            let masked = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ word
            bytes.storeBytes(of: masked, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < bytes.count {
            bytes[index] ^= UInt8(truncatingIfNeeded: turned >> UInt32(24 - (index & 3) * 8))
            index += 1
        }
    }
}
