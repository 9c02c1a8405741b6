import NIOCore

@testable import WebSockets

extension ByteBuffer {
    /// `ByteBuffer(hex: "81 05 …")`; anything that is no hexadecimal digit is skipped.
    init(hex: String) {
        let digits = hex.compactMap(\.hexDigitValue)
        self.init(bytes: stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }

    init(count: Int, of byte: UInt8 = 0x2A) {
        self.init(repeating: byte, count: count)
    }
}

extension MessageDecoder {
    /// All events of bytes that arrive in pieces of the given sizes, the rest in one.
    mutating func decode(_ bytes: ByteBuffer, pieces: [Int] = []) throws(WebSocketProtocolError) -> [WebSocketEvent] {
        var rest = bytes
        var events: [WebSocketEvent] = []
        for size in pieces + [bytes.readableBytes] {
            guard var piece = rest.readSlice(length: Swift.min(size, rest.readableBytes)) else { continue }
            while let event = try self.next(&piece) { events.append(event) }
        }
        return events
    }

    /// The error the bytes end with.
    static func failure(of bytes: ByteBuffer, peerMasks: Bool = false) -> WebSocketProtocolError? {
        var decoder = MessageDecoder(peerMasks: peerMasks, maxFrameSize: 1024, maxMessageSize: 2048)
        do {
            _ = try decoder.decode(bytes)
            return nil
        } catch {
            return error
        }
    }
}
