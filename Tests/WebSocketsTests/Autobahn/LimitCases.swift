import NIOCore
import Testing

@testable import WebSockets

@Suite("Autobahn 9 and 10: sizes, pieces and long conversations")
struct AutobahnLimitTests {
    private static let largest = 1 << 20

    private static func message(_ opcode: UInt8, _ size: Int) -> (ByteBuffer, WebSocketEvent) {
        let payload = ByteBuffer(count: size, of: opcode == 1 ? 0x2A : 0xFE)
        return (payload, opcode == 1 ? .text(payload) : .binary(payload))
    }

    private static func fragments(_ opcode: UInt8, _ payload: ByteBuffer, of size: Int) -> [ByteBuffer] {
        var rest = payload
        var frames: [ByteBuffer] = []
        while rest.readableBytes > 0, let part = rest.readSlice(length: min(size, rest.readableBytes)) {
            frames.append(.frame(frames.isEmpty ? opcode : 0, part, isFinal: rest.readableBytes == 0))
        }
        return frames
    }

    private static let kinds: [(opcode: UInt8, offset: Int)] = [(1, 0), (2, 1)]

    /// Cases 9.`first` for text and 9.`first + 1` for binary messages, one for each of the sizes.
    private static func cases(_ first: Int, _ sizes: [Int], _ make: (String, UInt8, Int) -> AutobahnCase) -> [AutobahnCase] {
        kinds.flatMap { kind in
            sizes.enumerated().map { make("9.\(first + kind.offset).\($0 + 1)", kind.opcode, $1) }
        }
    }

    static let whole: [AutobahnCase] = cases(1, [64 << 10, 256 << 10, largest]) { id, opcode, size in
        let (payload, event) = message(opcode, size)
        return AutobahnCase(id: id, frames: [.frame(opcode, payload)], replies: [event])
    }

    static let fragmented: [AutobahnCase] = cases(3, [256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, largest]) { id, opcode, size in
        let (payload, event) = message(opcode, largest)
        return AutobahnCase(id: id, frames: fragments(opcode, payload, of: size), replies: [event])
    }

    static let inPieces: [AutobahnCase] = cases(5, [64, 128, 256, 512, 1024, 2048]) { id, opcode, size in
        let (payload, event) = message(opcode, 128 << 10)
        return AutobahnCase(id: id, delivery: .pieces(size), frames: [.frame(opcode, payload)], replies: [event])
    }

    static let automatic: [AutobahnCase] = {
        let (payload, event) = message(1, 65_536)
        return [AutobahnCase(id: "10.1.1", frames: fragments(1, payload, of: 1300), replies: [event])]
    }()

    @Test("large messages come back, whole, in fragments and in pieces", arguments: whole + fragmented + inPieces + automatic)
    func large(_ exchange: AutobahnCase) async throws { try await exchange.run() }

    @Test("200 messages one after another, each after the echo of the one before", arguments: [0, 16, 64, 256, 1024, 4096])
    func groups9_7And9_8(_ size: Int) async throws {
        try await TestServer.run { server in
            let session = try await server.session()
            let (text, binary) = (ByteBuffer(count: size), ByteBuffer(count: size, of: 0xFE))
            for _ in 0..<100 {
                session.client.send(.text, payload: text)
                #expect(await session.next() == .text(text))
                session.client.send(binary: binary)
                #expect(await session.next() == .binary(binary))
            }
            session.client.close()
            #expect(await session.closeCode() == .normal)
        }
    }

    @Test("a message over the limit is refused with 1009 at the header of the frame that is too much")
    func overLimit() async throws {
        var limits = WebSocketConfiguration()
        (limits.maxFrameSize, limits.maxMessageSize) = (1000, 1500)
        try await TestServer.run(configuration: limits) { server in
            for frames: [ByteBuffer] in [
                [.frame(2, ByteBuffer(count: 1001))],
                [.frame(2, ByteBuffer(count: 1000), isFinal: false), .frame(0, ByteBuffer(count: 501))],
            ] {
                let session = try await server.session()
                // The last frame's payload is never sent.
                for frame in frames.dropLast() { session.client.send(raw: frame) }
                session.client.send(raw: frames.last?.getSlice(at: 0, length: 8) ?? ByteBuffer())
                #expect(await session.closeCode() == .messageTooBig)
                await session.client.waitForEnd()
            }
        }
    }
}
