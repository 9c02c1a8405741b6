import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOPosix
import Testing

@testable import API

/// Gathers everything a server sends until it closes the connection.
private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var received = ByteBuffer()
    private let closed: EventLoopPromise<String>

    init(_ closed: EventLoopPromise<String>) { self.closed = closed }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
    }

    func channelInactive(context: ChannelHandlerContext) { closed.succeed(String(buffer: received)) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

@Suite("Connections")
struct ConnectionTests {
    /// Sends raw bytes and returns what the server sent until the connection was closed.
    private func exchange(_ parts: [ByteBuffer], port: Int) async throws -> String {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let closed = loop.makePromise(of: String.self)
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Collector(closed)) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        // A server that has closed may refuse the rest.
        for part in parts { channel.writeAndFlush(part, promise: nil) }
        return try await closed.futureResult.get()
    }

    private func chunk(_ count: Int) -> ByteBuffer {
        var buffer = ByteBuffer(string: String(count, radix: 16) + "\r\n")
        buffer.writeRepeatingByte(0x20, count: count)
        buffer.writeString("\r\n")
        return buffer
    }

    private func head(_ line: String, _ fields: String...) -> ByteBuffer {
        ByteBuffer(string: ([line, "Host: x", "Content-Type: application/json"] + fields).joined(separator: "\r\n") + "\r\n\r\n")
    }

    @Test("a chunked body is counted while it is read: 413 as soon as it is too large, then the connection is closed")
    func chunked() async throws {
        try await makeApplication().test(.live) { client in
            let port = try #require(client.port)
            // The body never ends: only the limit can end the exchange.
            let parts = [head("POST /sign-in HTTP/1.1", "Transfer-Encoding: chunked")] + (0..<5).map { _ in chunk(16_384) }
            let answer = try await exchange(parts, port: port)
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.lowercased().contains("connection: close"))
            #expect(answer.contains("\"code\":\"payload_too_large\""))
        }
    }

    @Test("an announced body that is too large is refused before it is sent", arguments: ["POST /sign-in", "GET /health", "POST /items"])
    func announced(line: String) async throws {
        try await makeApplication().test(.live) { client in
            let port = try #require(client.port)
            let answer = try await exchange([head(line + " HTTP/1.1", "Content-Length: 65537")] + [chunk(70_000)], port: port)
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("a sender that never stops is cut off")
    func endless() async throws {
        try await makeApplication().test(.live) { client in
            let port = try #require(client.port)
            let parts = [head("POST /sign-in HTTP/1.1", "Content-Length: 100000000")] + (0..<40).map { _ in chunk(65_536) }
            _ = try await exchange(parts, port: port)
        }
    }

    @Test("a chunked body without length and a following request on the same connection work")
    func keepAlive() async throws {
        try await makeApplication().test(.live) { client in
            let port = try #require(client.port)
            let body = ByteBuffer(string: "2\r\n{}\r\n0\r\n\r\n")
            let parts = [
                head("POST /touch HTTP/1.1", "Transfer-Encoding: chunked"), body,
                head("GET /health HTTP/1.1", "Transfer-Encoding: chunked"), body,
                head("GET /nope HTTP/1.1", "Connection: close"),
            ]
            let answer = try await exchange(parts, port: port)
            #expect(answer.split(separator: "HTTP/1.1 200 OK").count == 2)
            #expect(answer.contains("HTTP/1.1 404 "))
        }
    }
}
