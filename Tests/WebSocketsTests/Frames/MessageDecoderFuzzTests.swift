import NIOCore
import TestServers
import Testing

@testable import WebSockets

@Suite("Message decoder, fuzzed")
struct MessageDecoderFuzzTests {
    /// A random valid stream and the events it stands for.
    private func stream(_ dice: inout SeededGenerator) -> (ByteBuffer, [WebSocketEvent]) {
        var bytes = ByteBuffer()
        var events: [WebSocketEvent] = []
        func append(_ opcode: WebSocketOpcode, _ payload: ByteBuffer, isFinal: Bool) {
            let mask = UInt32.random(in: 0 ... .max, using: &dice)
            bytes.writeImmutableBuffer(WebSocketFrames.frame(opcode, payload: payload, isFinal: isFinal, mask: mask))
        }
        func payload(_ limit: Int) -> ByteBuffer {
            let alphabet = ["a", "é", "€", "😀", "\u{0}", "~"]
            let count = Int.random(in: 0...limit, using: &dice)
            return ByteBuffer(string: (0..<count).map { _ in alphabet.randomElement(using: &dice) ?? "" }.joined())
        }
        for _ in 0..<Int.random(in: 1...6, using: &dice) {
            var message = payload([5, 60, 400].randomElement(using: &dice) ?? 5)
            let isText = Bool.random(using: &dice)
            let whole = message
            var opcode: WebSocketOpcode = isText ? .text : .binary
            while Bool.random(using: &dice) {
                let count = Int.random(in: 0...message.readableBytes, using: &dice)
                append(opcode, message.readSlice(length: count) ?? ByteBuffer(), isFinal: false)
                opcode = .continuation
                if Bool.random(using: &dice) {
                    let ping = payload(30)
                    append(.ping, ping, isFinal: true)
                    events.append(.ping(ping))
                }
            }
            append(opcode, message, isFinal: true)
            events.append(isText ? .text(whole) : .binary(whole))
        }
        return (bytes, events)
    }

    @Test("valid streams decode to the same events however they are cut")
    func validStreams() throws {
        var dice = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let (bytes, events) = self.stream(&dice)
            let pieces = (0..<Int.random(in: 0...20, using: &dice)).map { _ in Int.random(in: 0...bytes.readableBytes / 4, using: &dice) }
            var decoder = MessageDecoder(peerMasks: true, maxFrameSize: 10_000, maxMessageSize: 10_000)
            #expect(try decoder.decode(bytes, pieces: pieces) == events)
        }
    }

    @Test("damaged streams give the same events or the same error however they are cut, and never more than the limits")
    func damagedStreams() {
        var dice = SeededGenerator(seed: 2)
        for round in 0..<6000 {
            var bytes = self.stream(&dice).0
            if round % 3 == 0 { bytes = ByteBuffer(bytes: (0..<200).map { _ in UInt8.random(in: 0...255, using: &dice) }) }
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                bytes.setInteger(UInt8.random(in: 0...255, using: &dice), at: Int.random(in: 0..<bytes.readableBytes, using: &dice))
            }
            let pieces = (0..<8).map { _ in Int.random(in: 0...40, using: &dice) }
            let whole = self.outcome(of: bytes, [])
            #expect(self.outcome(of: bytes, pieces) == whole)
            #expect(self.outcome(of: bytes, Array(repeating: 1, count: bytes.readableBytes)) == whole)
        }
    }

    private struct Outcome: Equatable {
        var events: [WebSocketEvent] = []
        var error: WebSocketProtocolError?
    }

    private func outcome(of bytes: ByteBuffer, _ pieces: [Int]) -> Outcome {
        var decoder = MessageDecoder(peerMasks: true, maxFrameSize: 300, maxMessageSize: 500)
        var outcome = Outcome()
        var rest = bytes
        do {
            for size in pieces + [bytes.readableBytes] {
                guard var piece = rest.readSlice(length: min(size, rest.readableBytes)) else { continue }
                while let event = try decoder.next(&piece) { outcome.events.append(event) }
            }
        } catch {
            outcome.error = error
        }
        return outcome
    }
}
