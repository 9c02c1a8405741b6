import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on a free port that keeps the requests it receives and answers as told.
final class TestHTTPServer: Sendable {
    struct Request: Sendable {
        let method: String
        let path: String
        /// Names in lower case.
        let headers: [String: String]
        let body: [UInt8]
    }

    private let received = Mutex<[Request]>([])
    private let stored = Mutex<(any Channel)?>(nil)

    var requests: [Request] { received.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(stored.withLock { $0?.localAddress?.port } ?? 0)" }

    /// Runs a server during a test.
    /// - Parameter answer: the status of each answer.
    static func run<Value>(
        _ answer: @escaping @Sendable (Request) -> UInt = { _ in 200 },
        _ body: (TestHTTPServer) async throws -> Value
    ) async throws -> Value {
        let server = TestHTTPServer()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Answering(server, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.stored.withLock { $0 = channel }
        do {
            let value = try await body(server)
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    fileprivate func note(_ request: Request) { received.withLock { $0.append(request) } }
}

private final class Answering: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: TestHTTPServer
    private let answer: @Sendable (TestHTTPServer.Request) -> UInt
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(_ server: TestHTTPServer, _ answer: @escaping @Sendable (TestHTTPServer.Request) -> UInt) {
        self.server = server
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, [])
        case .body(let part): body += part.readableBytesView
        case .end:
            guard let head else { return }
            let request = TestHTTPServer.Request(
                method: head.method.rawValue,
                path: head.uri,
                headers: Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first },
                body: body
            )
            server.note(request)
            let answer = HTTPResponseHead(
                version: head.version,
                status: HTTPResponseStatus(statusCode: Int(answer(request))),
                headers: ["content-length": "2", "content-type": "application/json"]
            )
            context.write(wrapOutboundOut(.head(answer)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "{}")))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
