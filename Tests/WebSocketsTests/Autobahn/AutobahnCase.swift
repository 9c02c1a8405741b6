import NIOCore
import Testing

@testable import WebSockets

/// One exchange with an echoing server after a case of the Autobahn test suite: what a client sends, and everything it must receive.
///
/// The numbers are the suite's. Groups 12 and 13 (compression) do not apply: no extension is ever agreed. Sizes of group 9 are smaller here.
struct AutobahnCase: Sendable, CustomTestStringConvertible {
    /// In which pieces the bytes are written; the server may read them in others still.
    enum Delivery: Sendable {
        case whole
        case frameByFrame
        case pieces(Int)
    }

    let id: String
    var delivery = Delivery.whole
    /// Frames as they stand on the wire.
    var frames: [ByteBuffer]
    /// Messages and pongs that must come back, in this order and no others.
    var replies: [WebSocketEvent] = []
    /// The code with which the server must fail the connection or answer a close frame; nil where the connection must still be good, which
    /// the client shows by closing it in the ordinary way.
    var end: WebSocketCloseCode?

    var testDescription: String { self.id }

    /// The same exchange under other numbers with other pieces.
    func delivered(_ deliveries: [(String, Delivery)]) -> [AutobahnCase] {
        deliveries.map { AutobahnCase(id: $0, delivery: $1, frames: self.frames, replies: self.replies, end: self.end) }
    }

    /// Performs the exchange.
    func run() async throws {
        var limits = WebSocketConfiguration()
        limits.maxFrameSize = 2 << 20
        limits.maxMessageSize = 2 << 20
        var client = WebSocketClientConfiguration()
        client.maxMessageSize = 2 << 20
        client.receiveBufferSize = 64 * 1024
        try await TestServer.run(configuration: limits) { server in
            let session = try await server.session("/echo", configuration: client)
            for piece in self.pieces {
                // The server may have closed already: what it received before must do.
                try? await session.client.channel.writeAndFlush(piece).get()
            }
            if self.end == nil { session.client.close() }
            var received: [WebSocketEvent] = []
            for await event in session.events { received.append(event) }
            #expect(received == self.replies + [.close(self.end ?? .normal, reason: "")])
        }
    }

    private var pieces: [ByteBuffer] {
        switch self.delivery {
        case .frameByFrame: return self.frames
        case .whole: return [self.frames.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1) }]
        case .pieces(let size):
            var bytes = self.frames.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1) }
            var pieces: [ByteBuffer] = []
            while bytes.readableBytes > 0, let piece = bytes.readSlice(length: min(size, bytes.readableBytes)) { pieces.append(piece) }
            return pieces
        }
    }
}

extension ByteBuffer {
    /// A client's frame with any first byte: FIN, reserved bits and opcode as asked.
    static func frame(_ opcode: UInt8, _ payload: ByteBuffer = ByteBuffer(), isFinal: Bool = true, reserved: UInt8 = 0) -> ByteBuffer {
        var frame = WebSocketFrames.frame(.text, payload: payload, mask: 0xA1B2_C3D4)
        frame.setInteger((isFinal ? 0x80 : 0) | reserved << 4 | opcode, at: frame.readerIndex)
        return frame
    }

    static func text(_ text: String, isFinal: Bool = true, reserved: UInt8 = 0) -> ByteBuffer {
        .frame(1, ByteBuffer(string: text), isFinal: isFinal, reserved: reserved)
    }

    static func more(_ text: String, isFinal: Bool) -> ByteBuffer { .frame(0, ByteBuffer(string: text), isFinal: isFinal) }

    static func ping(_ text: String = "") -> ByteBuffer { .frame(9, ByteBuffer(string: text)) }

    static func close(_ payload: ByteBuffer = ByteBuffer(hex: "03 E8")) -> ByteBuffer { .frame(8, payload) }
}

extension WebSocketEvent {
    static func echo(_ text: String) -> WebSocketEvent { .text(ByteBuffer(string: text)) }

    static func pong(_ text: String) -> WebSocketEvent { .pong(ByteBuffer(string: text)) }
}
