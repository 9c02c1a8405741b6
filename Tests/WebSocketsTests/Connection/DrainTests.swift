import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import WebSockets

/// A node that stops closes its sockets over a time, so that its clients do not come back as one wave (spec 04 §7.2; 11 §12).
@Suite("Closing the sockets of a node")
struct DrainTests {
    private static let goingAway = ByteBuffer(hex: "88 02 03 E9")

    @Test("a thousand sockets are closed with 1001, a hundred each second of ten: the first at once, none later")
    func spread() throws {
        let loop = EmbeddedEventLoop()
        let sockets = SocketLoop(eventLoop: loop, configuration: .init()) { _ in }
        let channels = (0..<1000).map { _ in
            let connection = WebSocketConnection(loop: sockets)
            let channel = EmbeddedChannel(handler: connection, loop: loop)
            connection.open(Echo())
            return channel
        }
        func closed() throws -> Int {
            loop.run()
            return try channels.count { try $0.readOutbound(as: ByteBuffer.self) == Self.goingAway }
        }
        let end = sockets.close(.goingAway, reason: "", over: .seconds(10))
        #expect(try closed() == 1)
        for second in 1...10 {
            var count = 0
            for _ in 0..<10 {
                loop.advanceTime(by: .milliseconds(100))
                let more = try closed()
                #expect((9...11).contains(more))
                count += more
            }
            #expect((99...101).contains(count), "second \(second)")
        }
        #expect(try closed() == 0)
        // Nobody answers; the time for that ends too.
        loop.advanceTime(by: .seconds(7))
        let isEnded = Mutex(false)
        end.whenSuccess { isEnded.withLock { $0 = true } }
        loop.run()
        #expect(isEnded.withLock { $0 })
    }
}
