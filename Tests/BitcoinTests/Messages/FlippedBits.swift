import TestServers
import Testing

@testable import Bitcoin

/// Damages an accepted signature and the message in one bit at a time; each must be refused.
///
/// One bit of every byte of the signature and of every fifth byte of message and address, chosen by a fixed rule; every bit when
/// `TBG_FUZZ_COUNT` asks for a long run. The one exception: a compact header can turn into another that spec 02 §3.2 also accepts
/// for the address.
func expectFlippedBitsRefused(address: BitcoinAddress, message: [UInt8], signature: String) throws {
    let text = signature.filter { !$0.isWhitespace }
    let prefix = ["smp", "ful"].contains(text.prefix(3)) ? String(text.prefix(3)) : ""
    let payload = try #require(Base64.decode(Array(text.dropFirst(prefix.count).utf8)))
    let isCompact = prefix.isEmpty && payload.count == 65 && CompactHeader.all.contains(payload[0])

    func bits(_ byteCount: Int, everyByte step: Int) -> [Int] {
        Fuzz.count > 100_000
            ? Array(0..<(8 * byteCount)) : stride(from: 0, to: byteCount, by: step).map { 8 * $0 + ($0 * 5 + byteCount) % 8 }
    }
    for bit in bits(payload.count, everyByte: 1) {
        let damaged = payload.flipped(bit)
        if isCompact, bit < 8, let before = CompactHeader(payload[0]), let after = CompactHeader(damaged[0]),
            after.recoveryID == before.recoveryID, after.isAccepted(for: address.type), after.kind != .uncompressed,
            before.kind != .uncompressed
        {
            continue
        }
        let result = MessageVerifier.verify(address: address, message: message, signature: prefix + Base64.encode(damaged))
        #expect(!result.isAccepted, "bit \(bit) of \(signature)")
    }
    for bit in bits(message.count, everyByte: 5) {
        #expect(!MessageVerifier.verify(address: address, message: message.flipped(bit), signature: signature).isAccepted)
    }
    for bit in bits(address.program.count, everyByte: 5) {
        let other = BitcoinAddress(network: address.network, type: address.type, program: address.program.flipped(bit), canonical: "")
        #expect(!MessageVerifier.verify(address: other, message: message, signature: signature).isAccepted)
    }
}
