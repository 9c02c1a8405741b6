import ArgumentParser
import Crypto
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// The least a server can do: answers every handshake, acknowledges every frame, and writes one message to every connection when asked for
/// `/send`. What the hub's broadcast is compared with.
struct BareBroadcast: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "A bare NIO broadcast.", shouldDisplay: false)

    @Option var port: Int

    func run() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let members = BareMembers()
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(BareConnection(members))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        try await server.closeFuture.get()
    }
}

/// The open connections.
private final class BareMembers: Sendable {
    private let channels = Mutex<[any Channel]>([])

    func insert(_ channel: any Channel) { channels.withLock { $0.append(channel) } }

    func broadcast() {
        let text = #"{"channel":"competition","data":{"type":"league_update",\#(BroadcastStamp.members(BroadcastStamp.now()))}}"#
        var frame = ByteBuffer(bytes: [0x81, 126])
        frame.writeInteger(UInt16(text.utf8.count))
        frame.writeString(text)
        let sent = frame
        let loops = Dictionary(grouping: channels.withLock { $0 }) { ObjectIdentifier($0.eventLoop) }
        for channels in loops.values {
            channels.first?.eventLoop.execute { for channel in channels { channel.writeAndFlush(sent, promise: nil) } }
        }
    }
}

private final class BareConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let members: BareMembers
    private var isOpen = false

    init(_ members: BareMembers) { self.members = members }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: Self.unwrapInboundIn(data))
        if isOpen { return send(#"{"type":"subscribed"}"#, context) }
        if text.hasPrefix("GET /send") || text.hasPrefix("GET /health") {
            if text.hasPrefix("GET /send") { members.broadcast() }
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            return context.close(promise: nil)
        }
        guard let line = text.split(separator: "\r\n").first(where: { $0.lowercased().hasPrefix("sec-websocket-key:") }) else { return }
        let key = line.split(separator: ":", maxSplits: 1)[1].trimmingCharacters(in: .whitespaces)
        let digest = Data(Insecure.SHA1.hash(data: Data((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))).base64EncodedString()
        let answer =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \(digest)\r\n\r\n"
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        isOpen = true
        members.insert(context.channel)
    }

    private func send(_ text: String, _ context: ChannelHandlerContext) {
        var frame = ByteBuffer(bytes: [0x81, UInt8(text.utf8.count)])
        frame.writeString(text)
        context.writeAndFlush(Self.wrapOutboundOut(frame), promise: nil)
    }
}
