/// The few output scripts the service knows.
enum Script {
    /// `OP_DUP OP_HASH160 <hash> OP_EQUALVERIFY OP_CHECKSIG`.
    static func payToPublicKeyHash(_ hash: [UInt8]) -> [UInt8] {
        [0x76, 0xa9, 0x14] + hash + [0x88, 0xac]
    }

    /// `OP_HASH160 <hash> OP_EQUAL`.
    static func payToScriptHash(_ hash: [UInt8]) -> [UInt8] {
        [0xa9, 0x14] + hash + [0x87]
    }

    /// Version opcode and one push of the program (BIP-141).
    static func witnessProgram(version: UInt8, _ program: [UInt8]) -> [UInt8] {
        [version == 0 ? 0 : 0x50 + version, UInt8(truncatingIfNeeded: program.count)] + program
    }
}
