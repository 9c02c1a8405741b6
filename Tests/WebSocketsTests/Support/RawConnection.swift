import NIOCore
import NIOPosix
import Synchronization

/// A TCP connection to write whatever and read whatever.
final class RawConnection: Sendable {
    private let channel: any Channel
    private let bytes: AsyncStream<ByteBuffer>
    private let unread = Mutex("")

    /// - Parameter reads: false for a peer that takes nothing, whatever is sent to it.
    static func open(port: Int, reads: Bool = true) async throws -> RawConnection {
        let (bytes, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Collector(continuation)) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel, bytes)
    }

    private init(_ channel: any Channel, _ bytes: AsyncStream<ByteBuffer>) {
        (self.channel, self.bytes) = (channel, bytes)
    }

    func send(_ text: String) {
        self.send(ByteBuffer(string: text))
    }

    func send(_ bytes: ByteBuffer) {
        self.channel.writeAndFlush(bytes, promise: nil)
    }

    func close() {
        self.channel.close(promise: nil)
    }

    /// Begins to read what came to a connection that did not.
    func startReading() async throws {
        try await self.channel.setOption(.autoRead, value: true).get()
    }

    /// The bytes that come, until the end of the connection.
    var pieces: AsyncStream<ByteBuffer> { self.bytes }

    /// Everything up to and with `end`, or until the end of the connection. What comes after it is for the next call.
    func read(until end: String? = nil) async -> String {
        var iterator = self.bytes.makeAsyncIterator()
        while true {
            let found = self.unread.withLock { unread -> String? in
                guard let end, let range = unread.firstRange(of: end) else { return nil }
                defer { unread.removeSubrange(..<range.upperBound) }
                return String(unread[..<range.upperBound])
            }
            if let found { return found }
            guard let part = await iterator.next() else { break }
            self.unread.withLock { $0 += String(buffer: part) }
        }
        return self.unread.withLock { unread in
            defer { unread = "" }
            return unread
        }
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let continuation: AsyncStream<ByteBuffer>.Continuation

    init(_ continuation: AsyncStream<ByteBuffer>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.continuation.yield(Self.unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.continuation.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
