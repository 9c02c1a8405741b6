import NIOCore
import Testing

@testable import WebSockets

@Suite("Message decoder")
struct MessageDecoderTests {
    private func decoder(peerMasks: Bool = true) -> MessageDecoder {
        MessageDecoder(peerMasks: peerMasks, maxFrameSize: 70_000, maxMessageSize: 100_000)
    }

    @Test("messages of every length class survive a round trip", arguments: [0, 1, 7, 8, 125, 126, 127, 1000, 65535, 65536, 70_000])
    func roundTrip(_ count: Int) throws {
        var masked = self.decoder()
        let payload = ByteBuffer(count: count)
        #expect(try masked.decode(WebSocketFrames.frame(.binary, payload: payload, mask: 0xDEAD_BEEF)) == [.binary(payload)])
        var plain = self.decoder(peerMasks: false)
        #expect(try plain.decode(WebSocketFrames.text(payload)) == [.text(payload)])
    }

    @Test("fragments are joined, and control frames between them come first")
    func fragments() throws {
        var stream = ByteBuffer()
        func append(_ opcode: WebSocketOpcode, _ text: String, isFinal: Bool) {
            stream.writeImmutableBuffer(WebSocketFrames.frame(opcode, payload: ByteBuffer(string: text), isFinal: isFinal, mask: 1))
        }
        append(.text, "κό", isFinal: false)
        append(.ping, "p", isFinal: true)
        append(.continuation, "", isFinal: false)
        append(.pong, "q", isFinal: true)
        append(.continuation, "σμε", isFinal: true)
        append(.binary, "b", isFinal: true)
        let expected: [WebSocketEvent] = [
            .ping(ByteBuffer(string: "p")), .pong(ByteBuffer(string: "q")), .text(ByteBuffer(string: "κόσμε")),
            .binary(ByteBuffer(string: "b")),
        ]
        for cut in 0...stream.readableBytes {
            var decoder = self.decoder()
            #expect(try decoder.decode(stream, pieces: [cut]) == expected)
        }
        var decoder = self.decoder()
        #expect(try decoder.decode(stream, pieces: Array(repeating: 1, count: stream.readableBytes)) == expected)
    }

    @Test("a character may be divided between fragments, text may not end inside one")
    func dividedCharacter() throws {
        var decoder = self.decoder(peerMasks: false)
        #expect(try decoder.decode(ByteBuffer(hex: "01 02 61 C3 80 01 A4")) == [.text(ByteBuffer(string: "aä"))])
        #expect(MessageDecoder.failure(of: ByteBuffer(hex: "01 02 61 C3 80 00")) == .invalidUTF8)
        #expect(MessageDecoder.failure(of: ByteBuffer(hex: "81 01 C3")) == .invalidUTF8)
    }

    @Test("wrong text is refused before its frame is complete")
    func failsFast() {
        #expect(MessageDecoder.failure(of: ByteBuffer(hex: "81 7D 61 62 FF")) == .invalidUTF8)
        #expect(MessageDecoder.failure(of: ByteBuffer(hex: "01 01 61 80 7D F4 90")) == .invalidUTF8)
    }

    @Test("binary messages may hold anything")
    func binary() throws {
        var decoder = self.decoder(peerMasks: false)
        #expect(try decoder.decode(ByteBuffer(hex: "82 02 FF C0")) == [.binary(ByteBuffer(hex: "FF C0"))])
    }

    @Test(
        "each violation has its error",
        arguments: [
            ("C1 00", .reservedBits), ("A1 00", .reservedBits), ("91 00", .reservedBits), ("83 00", .unknownOpcode),
            ("87 00", .unknownOpcode),
            ("8B 00", .unknownOpcode), ("8F 00", .unknownOpcode), ("09 00", .fragmentedControl), ("08 00", .fragmentedControl),
            ("89 7E", .controlTooLong), ("8A 7F", .controlTooLong), ("81 80", .wrongMasking), ("81 7E 00 7D", .invalidLength),
            ("81 7F 00 00 00 00 00 00 FF FF", .invalidLength), ("82 7F 80 00 00 00 00 00 00 00", .invalidLength),
            ("82 7E 04 01", .frameTooBig), ("82 7F 7F FF FF FF FF FF FF FF", .frameTooBig), ("80 00", .unexpectedContinuation),
            ("01 00 81", nil), ("01 00 81 00", .unfinishedMessage), ("02 00 01 00", .unfinishedMessage), ("88 01 03", .invalidClose),
            ("88 02 03 ED", .invalidClose), ("88 02 00 00", .invalidClose), ("88 04 03 E8 C3 28", .invalidUTF8),
        ] as [(String, WebSocketProtocolError?)]
    )
    func violations(_ hex: String, _ error: WebSocketProtocolError?) {
        #expect(MessageDecoder.failure(of: ByteBuffer(hex: hex)) == error)
    }

    @Test("a client's frame without mask is refused by a server")
    func unmasked() {
        #expect(MessageDecoder.failure(of: WebSocketFrames.text("x"), peerMasks: true) == .wrongMasking)
    }

    @Test("the message limit counts all fragments and is checked at the header of the one too many")
    func messageLimit() throws {
        var decoder = MessageDecoder(peerMasks: false, maxFrameSize: 100, maxMessageSize: 150)
        let part = WebSocketFrames.frame(.binary, payload: ByteBuffer(count: 100), isFinal: false)
        #expect(try decoder.decode(part) == [])
        var next = ByteBuffer(hex: "00 33")
        #expect(throws: WebSocketProtocolError.messageTooBig) { try decoder.next(&next) }
        #expect(WebSocketProtocolError.messageTooBig.closeCode == .messageTooBig)
        #expect(WebSocketProtocolError.frameTooBig.closeCode == .messageTooBig)
        #expect(WebSocketProtocolError.invalidUTF8.closeCode == .invalidPayload)
        #expect(WebSocketProtocolError.reservedBits.closeCode == .protocolError)
    }

    @Test("a message exactly at the limit passes, and the next one starts from zero")
    func atLimit() throws {
        var decoder = MessageDecoder(peerMasks: false, maxFrameSize: 100, maxMessageSize: 100)
        let message = ByteBuffer(count: 100)
        for _ in 0..<3 { #expect(try decoder.decode(WebSocketFrames.binary(message)) == [.binary(message)]) }
    }

    @Test("close frames: no payload, code, code and reason")
    func close() throws {
        for (hex, event) in [
            ("88 00", .close(.noStatus, reason: "")), ("88 02 03 E8", .close(.normal, reason: "")),
            ("88 04 0F A1 6F 6B", .close(WebSocketCloseCode(4001), reason: "ok")),
        ] as [(String, WebSocketEvent)] {
            var decoder = self.decoder(peerMasks: false)
            #expect(try decoder.decode(ByteBuffer(hex: hex)) == [event])
        }
    }
}
