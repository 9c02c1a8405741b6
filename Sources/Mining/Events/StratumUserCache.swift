import Bitcoin

/// Remembers how canonical user and worker names parsed, so that a checksum is computed once and not with every share.
///
/// One slot for each hash value: a newcomer takes the place of whoever is there, so the memory is bounded and needs no order.
struct StratumUserCache {
    private struct Slot {
        /// The user's bytes, a zero, the worker's bytes.
        var key: [UInt8]
        var user: StratumUser
    }

    private let network: BitcoinNetwork
    private var slots: [Slot?]

    /// - Parameter slotBits: the cache has 2^slotBits places, of about 250 bytes each once filled.
    init(network: BitcoinNetwork, slotBits: Int = 14) {
        self.network = network
        slots = Array(repeating: nil, count: 1 << slotBits)
    }

    /// The user of names a collector has normalised.
    mutating func user(_ user: UnsafeRawBufferPointer, worker: UnsafeRawBufferPointer) -> StratumUser {
        let index = Int(truncatingIfNeeded: Self.hash(user, worker) & UInt64(slots.count - 1))
        if let slot = slots[index], Self.matches(slot.key, user, worker) { return slot.user }
        let parsed = StratumUser(
            canonicalUser: String(decoding: user, as: UTF8.self),
            worker: String(decoding: worker, as: UTF8.self),
            network: network
        )
        slots[index] = Slot(key: Array(user) + [0] + Array(worker), user: parsed)
        return parsed
    }

    @inline(__always)
    private static func matches(_ key: [UInt8], _ user: UnsafeRawBufferPointer, _ worker: UnsafeRawBufferPointer) -> Bool {
        guard key.count == user.count + worker.count + 1, key[user.count] == 0 else { return false }
        return key.withUnsafeBytes { key in
            key[..<user.count].elementsEqual(user) && key[(user.count + 1)...].elementsEqual(worker)
        }
    }

    /// FNV-1a over eight bytes at a time, well mixed at the end; whoever aims at a slot costs the cache one parse.
    @inline(__always)
    private static func hash(_ user: UnsafeRawBufferPointer, _ worker: UnsafeRawBufferPointer) -> UInt64 {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ bytes: UnsafeRawBufferPointer) {
            var offset = 0
            while offset + 8 <= bytes.count {
                state = (state ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x0000_0100_0000_01B3
                state ^= state >> 32
                offset += 8
            }
            for byte in bytes[offset...] { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            state = (state ^ UInt64(bytes.count)) &* 0x9E37_79B9_7F4A_7C15
        }
        mix(user)
        mix(worker)
        return state ^ state >> 29
    }
}
