import HTTPTypes
import Hummingbird
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import WebSockets

@Suite("Bytes past a channel's queue")
struct SocketOutletTests {
    @Test("what the operating system does not take at once follows, and all frames come whole and in order")
    func order() async throws {
        let opened = Mailbox<WebSocket>()
        let reports = Mailbox<Reporter.Report>()
        let frames = 600
        let frame = { @Sendable (index: Int) in WebSocketFrames.binary(ByteBuffer(repeating: UInt8(index % 251), count: 20_000 + index)) }
        try await TestServer.run(
            routes: { router in
                router.get("/report") { _, _ in try WebSocketUpgrade.required().accept { Reporter(reports.put, onOpen: opened.put) } }
            },
            { server in
                let client = try await RawConnection.open(port: server.port, reads: false)
                client.send(
                    """
                    GET /report HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
                    """
                )
                let socket = try #require(await opened.next())
                // One, two and three frames a turn, until the kernel's buffers are long full.
                var next = 0
                var turn = 0
                while next < frames {
                    let batch = next..<min(frames, next + 1 + turn % 3)
                    try await socket.eventLoop.submit { for index in batch { socket.send(frame: frame(index)) } }.get()
                    (next, turn) = (batch.upperBound, turn + 1)
                }
                let waiting = try await socket.eventLoop.submit { socket.bytesBuffered }.get()
                #expect(waiting > 0)
                try await client.startReading()

                var decoder = MessageDecoder(peerMasks: false, maxFrameSize: 1 << 20, maxMessageSize: 1 << 20)
                var input = ByteBuffer()
                var received = 0
                var isOpen = false
                for await piece in client.pieces {
                    var piece = piece
                    input.writeBuffer(&piece)
                    if !isOpen {
                        guard let end = input.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
                        input.moveReaderIndex(to: end.upperBound)
                        isOpen = true
                    }
                    while let event = try decoder.next(&input) {
                        let expected = ByteBuffer(repeating: UInt8(received % 251), count: 20_000 + received)
                        #expect(event == .binary(expected))
                        received += 1
                    }
                    if received == frames { break }
                }
                #expect(received == frames)
                #expect(try await socket.eventLoop.submit { socket.bytesBuffered }.get() == 0)
                client.close()
            }
        )
    }

    @Test("a closed channel takes nothing, although its socket's number may be another's by now")
    func closed() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let client = try await ClientBootstrap(group: group).connect(to: #require(server.localAddress)).get()
        let frame = WebSocketFrames.text("news")
        let send = { @Sendable in SocketOutlet(client)?.send(frame) }
        #expect(try await client.eventLoop.submit(send).get() == frame.readableBytes)
        let outlet = try await client.eventLoop.submit { NIOLoopBound(SocketOutlet(client), eventLoop: client.eventLoop) }.get()
        try await client.close().get()
        #expect(try await client.eventLoop.submit { outlet.value?.send(frame) }.get() == 0)
        try await server.close().get()
    }

    @Test("a peer that is gone is no error here")
    func gone() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await ServerBootstrap(group: group)
            .childChannelInitializer { $0.close() }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await ClientBootstrap(group: group)
            .channelOption(.autoRead, value: false)
            .connect(to: #require(server.localAddress)).get()
        let frame = WebSocketFrames.text("news")
        let outlet = try await client.eventLoop.submit { NIOLoopBound(SocketOutlet(client), eventLoop: client.eventLoop) }.get()
        var taken: Int?
        repeat { taken = try await client.eventLoop.submit { outlet.value?.send(frame) }.get() } while taken != 0
        #expect(taken == 0)
        try? await client.close().get()
        try await server.close().get()
    }

    @Test("a channel without a socket has no outlet")
    func embedded() {
        #expect(SocketOutlet(EmbeddedChannel()) == nil)
    }
}
