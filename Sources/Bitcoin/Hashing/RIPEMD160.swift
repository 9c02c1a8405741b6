/// RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996), which Bitcoin uses for key and script hashes.
///
/// Two lines of eighty steps run over each 64 byte block and are added crosswise into the state.
enum RIPEMD160 {
    /// The 20 byte digest.
    static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
        let padded = padded(bytes)
        var words = [UInt32](repeating: 0, count: 16)
        for block in stride(from: 0, to: padded.count, by: 64) {
            for index in 0..<16 {
                let offset = block + 4 * index
                words[index] =
                    UInt32(padded[offset]) | UInt32(padded[offset + 1]) << 8
                    | UInt32(padded[offset + 2]) << 16 | UInt32(padded[offset + 3]) << 24
            }
            compress(&state, words)
        }
        return state.flatMap { word in [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
    }

    /// The message, one set bit, zeros, and the bit count in the last eight bytes of a block, little-endian.
    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        var padded = bytes
        padded.append(0x80)
        padded.append(contentsOf: repeatElement(0, count: (120 - padded.count % 64) % 64))
        let bitCount = UInt64(bytes.count) * 8
        for shift in stride(from: UInt64(0), to: 64, by: 8) { padded.append(UInt8(truncatingIfNeeded: bitCount >> shift)) }
        return padded
    }

    private static func compress(_ state: inout [UInt32], _ words: [UInt32]) {
        let left = line(from: state, words, order: leftOrder, shifts: leftShifts, constants: leftConstants, firstFunction: 0)
        let right = line(from: state, words, order: rightOrder, shifts: rightShifts, constants: rightConstants, firstFunction: 4)
        let rotated = state[1] &+ left.c &+ right.d
        state[1] = state[2] &+ left.d &+ right.e
        state[2] = state[3] &+ left.e &+ right.a
        state[3] = state[4] &+ left.a &+ right.b
        state[4] = state[0] &+ left.b &+ right.c
        state[0] = rotated
    }

    private typealias Registers = (a: UInt32, b: UInt32, c: UInt32, d: UInt32, e: UInt32)

    /// Eighty steps. The right line runs the five functions backwards, hence `firstFunction` 4.
    private static func line(
        from state: [UInt32],
        _ words: [UInt32],
        order: [UInt8],
        shifts: [UInt8],
        constants: [UInt32],
        firstFunction: Int
    ) -> Registers {
        var r: Registers = (state[0], state[1], state[2], state[3], state[4])
        for step in 0..<80 {
            let round = step / 16
            let mixed = mix(abs(firstFunction - round), r.b, r.c, r.d)
            let sum = r.a &+ mixed &+ words[Int(order[step])] &+ constants[round]
            let next = rotated(sum, by: UInt32(shifts[step])) &+ r.e
            r = (r.e, next, r.b, rotated(r.c, by: 10), r.d)
        }
        return r
    }

    private static func mix(_ function: Int, _ x: UInt32, _ y: UInt32, _ z: UInt32) -> UInt32 {
        switch function {
        case 0: x ^ y ^ z
        case 1: (x & y) | (~x & z)
        case 2: (x | ~y) ^ z
        case 3: (x & z) | (y & ~z)
        default: x ^ (y | ~z)
        }
    }

    private static func rotated(_ word: UInt32, by count: UInt32) -> UInt32 {
        word << count | word >> (32 - count)
    }

    private static let leftConstants: [UInt32] = [0, 0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xa953_fd4e]
    private static let rightConstants: [UInt32] = [0x50a2_8be6, 0x5c4d_d124, 0x6d70_3ef3, 0x7a6d_76e9, 0]

    /// Which word each step reads.
    private static let leftOrder: [UInt8] = [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8,
        3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12,
        1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2,
        4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13,
    ]
    private static let rightOrder: [UInt8] = [
        5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12,
        6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2,
        15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13,
        8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14,
        12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11,
    ]

    /// How far each step rotates.
    private static let leftShifts: [UInt8] = [
        11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8,
        7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12,
        11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5,
        11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12,
        9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6,
    ]
    private static let rightShifts: [UInt8] = [
        8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6,
        9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11,
        9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5,
        15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8,
        8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11,
    ]
}
