import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import Testing

@testable import WebSockets

@Suite("Client")
struct ClientTests {
    @Test(
        "a URL is taken apart, and its target sent as written",
        arguments: [
            ("ws://host", "host", 80, "/"), ("ws://host:8000/ws?token=a.b%20c#x", "host", 8000, "/ws?token=a.b%20c"),
            ("WS://[::1]:9/p", "::1", 9, "/p"), ("http://h?q", "h", 80, "/?q"),
        ]
    )
    func url(_ text: String, _ host: String, _ port: Int, _ target: String) throws {
        let url = try WebSocketURL(parsing: text)
        #expect(url.host == host && url.port == port && url.target == target)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "wss://host", "host", "ws://", "ws://:80/", "ws://host:0/", "ws://host:65536/", "ws://user@host/", "ws://[::1/", "ws://h/ b",
        ]
    )
    func invalidURL(_ text: String) {
        #expect(throws: WebSocketClientError.invalidURL) { try WebSocketURL(parsing: text) }
    }

    @Test("only a 101 that answers this handshake and agrees to nothing more is accepted")
    func acceptance() throws {
        let handshake = ClientHandshake(url: try WebSocketURL(parsing: "ws://h/"), headers: [:])
        let key = try #require(handshake.request.headers.first(name: "sec-websocket-key"))
        func response(_ fields: HTTPHeaders) -> HTTPResponseHead {
            HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: fields)
        }
        let right: HTTPHeaders = ["Upgrade": "WebSocket", "Sec-WebSocket-Accept": WebSocketHandshake.accept(key: key)]
        #expect(handshake.accepts(response(right)))
        var other = right
        other.replaceOrAdd(name: "Sec-WebSocket-Accept", value: WebSocketHandshake.accept(key: "dGhlIHNhbXBsZSBub25jZQ=="))
        #expect(!handshake.accepts(response(other)))
        var extended = right
        extended.add(name: "Sec-WebSocket-Extensions", value: "permessage-deflate")
        #expect(!handshake.accepts(response(extended)))
        #expect(!handshake.accepts(response(["Sec-WebSocket-Accept": WebSocketHandshake.accept(key: key)])))
    }

    @Test("a server that closes, answers another protocol or stays silent leaves an error", .timeLimit(.minutes(1)))
    func failures() async throws {
        try await TestServer.run { router in
            router.get("/silent") { _, _ in
                try await Task.sleep(for: .seconds(5))
                return "late"
            }
        } _: { server in
            var hasty = WebSocketClientConfiguration()
            hasty.connectTimeout = .seconds(1)
            await #expect(throws: WebSocketClientError.timeout) { try await server.session("/silent", configuration: hasty) }
            let refused = await #expect(throws: WebSocketClientError.self) { try await server.session("/hello") }
            guard case .refused(status: 200, _, let body) = refused else {
                Issue.record("not refused: \(String(describing: refused))")
                return
            }
            #expect(String(buffer: body) == "hello")
        }
    }

    @Test("extensions and protocols a client offers are not agreed to")
    func noExtensions() async throws {
        try await TestServer.run { server in
            let names = ["sec-websocket-extensions", "sec-websocket-protocol"].compactMap { HTTPField.Name($0) }
            let session = try await server.session(
                headers: HTTPFields(
                    zip(names, ["permessage-deflate; client_max_window_bits", "chat"]).map { HTTPField(name: $0, value: $1) }
                )
            )
            for name in names { #expect(session.client.responseHeaders[name] == nil) }
            session.client.send(raw: .text("compressed", reserved: 4))
            #expect(await session.closeCode() == .protocolError)
        }
    }
}
