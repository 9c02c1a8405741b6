import NIOCore
import NIOPosix

/// A listener that says the same to everyone who connects, and listens to nobody.
struct TalkingListener {
    let channel: any Channel
    let port: Int

    static func start(saying text: String) async throws -> TalkingListener {
        let channel = try await ServerBootstrap(group: loops)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture { try child.pipeline.syncOperations.addHandler(Talker(text: text)) }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        return TalkingListener(channel: channel, port: channel.localAddress?.port ?? 0)
    }

    func stop() async throws { try await channel.close() }

    private final class Talker: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let text: String

        init(text: String) { self.text = text }

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
    }
}
