import NIOCore
import Testing

@testable import WebSockets

@Suite("Frames")
struct FrameTests {
    @Test("masking is the XOR with the key's bytes in turn, at any offset")
    func mask() {
        let mask = FrameMask(key: 0x37FA_213D)
        var bytes = Array("Hello".utf8)
        bytes.withUnsafeMutableBytes { mask.apply(to: $0, offset: 0) }
        #expect(bytes == [0x7F, 0x9F, 0x4D, 0x51, 0x58])  // RFC 6455 §5.7

        let key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        for offset in 0..<9 {
            var payload = (0..<37).map { UInt8($0) }
            payload.withUnsafeMutableBytes { mask.apply(to: $0, offset: offset) }
            #expect(payload == (0..<37).map { UInt8($0) ^ key[($0 + offset) % 4] })
        }
    }

    @Test("the examples of RFC 6455 §5.7")
    func examples() {
        #expect(WebSocketFrames.text("Hello") == ByteBuffer(hex: "81 05 48 65 6c 6c 6f"))
        #expect(
            WebSocketFrames.frame(.text, payload: ByteBuffer(string: "Hello"), mask: 0x37FA_213D)
                == ByteBuffer(hex: "81 85 37 fa 21 3d 7f 9f 4d 51 58")
        )
        #expect(WebSocketFrames.frame(.text, payload: ByteBuffer(string: "Hel"), isFinal: false) == ByteBuffer(hex: "01 03 48 65 6c"))
        #expect(WebSocketFrames.frame(.ping, payload: ByteBuffer(string: "Hello")) == ByteBuffer(hex: "89 05 48 65 6c 6c 6f"))
        #expect(WebSocketFrames.binary(ByteBuffer(count: 256)).getSlice(at: 0, length: 4) == ByteBuffer(hex: "82 7E 01 00"))
        #expect(
            WebSocketFrames.binary(ByteBuffer(count: 65536)).getSlice(at: 0, length: 10) == ByteBuffer(hex: "82 7F 00 00 00 00 00 01 00 00")
        )
    }

    @Test("text written in place is the same frame as text encoded from a buffer", arguments: [0, 1, 125, 126, 127, 65535, 65536, 100_000])
    func inPlace(_ count: Int) {
        let payload = ByteBuffer(count: count)
        let frame = WebSocketFrames.text(sizeHint: 10) { $0.writeImmutableBuffer(payload) }
        #expect(frame == WebSocketFrames.text(payload))
    }

    @Test("a close reason is cut to 123 bytes between characters")
    func closeReason() throws {
        let frame = WebSocketFrames.close(.normal, reason: String(repeating: "ä", count: 100))
        #expect(frame.readableBytes == 2 + 2 + 122)
        var decoder = MessageDecoder(peerMasks: false, maxFrameSize: 1000, maxMessageSize: 1000)
        #expect(try decoder.decode(frame) == [.close(.normal, reason: String(repeating: "ä", count: 61))])
        #expect(WebSocketFrames.close(.noStatus) == ByteBuffer(hex: "88 00"))
    }
}
