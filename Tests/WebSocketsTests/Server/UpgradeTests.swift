import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import WebSockets

/// Middleware that counts the requests it sees and leaves a mark on the responses.
private struct CountingMiddleware<Context: RequestContext>: RouterMiddleware {
    let seen: @Sendable (HTTPRequest) -> Void

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        self.seen(request.head)
        var response = try await next(request, context)
        if let name = HTTPField.Name("x-seen") { response.headers[name] = "1" }
        return response
    }
}

@Suite("Upgrade")
struct UpgradeTests {
    private let validHead = """
        GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
        """

    @Test("an accepted request is answered with the RFC's accept value and without a body length")
    func accepted() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            connection.send(self.validHead)
            let head = await connection.read(until: "\r\n\r\n").lowercased()
            #expect(head.hasPrefix("http/1.1 101 switching protocols\r\n"))
            #expect(head.contains("sec-websocket-accept: \("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".lowercased())\r\n"))
            #expect(head.contains("upgrade: websocket\r\n"))
            #expect(!head.contains("content-length") && !head.contains("transfer-encoding"))
            connection.close()
        }
    }

    @Test("the router runs once, with the request's path, query, fields and client address, and middleware sees the 101")
    func routerRunsOnce() async throws {
        let requests = Mutex<[HTTPRequest]>([])
        try await TestServer.run { router in
            router.add(middleware: CountingMiddleware { head in requests.withLock { $0.append(head) } })
        } _: { server in
            let session = try await server.session("/echo?token=a.b-c", headers: [.authorization: "Bearer x"])
            let name = try #require(HTTPField.Name("x-seen"))
            #expect(session.client.responseHeaders[name] == "1")
            session.client.send(text: "hi")
            #expect(await session.nextText() == "hi")
            session.client.close()
            await session.client.waitForEnd()
        }
        let seen = requests.withLock { $0 }
        #expect(seen.map(\.path) == ["/echo?token=a.b-c"])
        #expect(seen.first?.headerFields[.authorization] == "Bearer x")
    }

    @Test("a route's refusal reaches the client as an ordinary response", arguments: [401, 403, 429, 503])
    func refused(_ status: Int) async throws {
        let body = ByteBuffer(string: #"{"code":"no"}"#)
        let runs = Mutex(0)
        try await TestServer.run { router in
            router.get("/no") { _, _ in
                runs.withLock { $0 += 1 }
                return Response(status: .init(code: status), headers: [.contentType: "application/json"], body: .init(byteBuffer: body))
            }
        } _: { server in
            let error = await #expect(throws: WebSocketClientError.self) { try await server.session("/no") }
            guard case .refused(let code, let headers, let received) = error else {
                Issue.record("not refused")
                return
            }
            #expect(code == status)
            #expect(headers[.contentType] == "application/json")
            #expect(received == body)
            #expect(server.sockets.count == 0)
        }
        #expect(runs.withLock { $0 } == 1)
    }

    @Test(
        "an invalid handshake is answered 426 or 400 and names the version it takes",
        arguments: [
            ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", 426), ("Sec-WebSocket-Version: 13\r\n", "", 426),
            ("Upgrade: websocket\r\n", "", 426), ("Connection: Upgrade", "Connection: keep-alive", 426), ("HTTP/1.1", "HTTP/1.0", 426),
            ("Upgrade: websocket", "Upgrade: h2c", 426), ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400),
            ("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=", 400), ("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ", 400),
            ("Host: a", "Host: a\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", 400), ("Host: a", "Host: a\r\nContent-Length: 3", 400),
        ]
    )
    func invalidHandshake(_ part: String, _ replacement: String, _ status: Int) async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            connection.send(self.validHead.replacing(part, with: replacement) + (replacement.contains("Length: 3") ? "abc" : ""))
            let head = await connection.read(until: "\r\n\r\n")
            #expect(head.contains(" \(status) "))
            #expect(head.lowercased().contains("sec-websocket-version: 13") == (status == 426))
            connection.close()
        }
    }

    @Test("other methods than GET are not upgraded")
    func post() async throws {
        try await TestServer.run { router in
            router.post("/post") { _, _ in try WebSocketUpgrade.required().accept { Echo() } }
        } _: { server in
            let connection = try await RawConnection.open(port: server.port)
            connection.send(self.validHead.replacing("GET /echo", with: "POST /post"))
            #expect(await connection.read(until: "\r\n\r\n").contains(" 426 "))
            connection.close()
        }
    }

    @Test("a connection goes on after a refused upgrade, also with requests that were already waiting")
    func keepsServingAfterRefusal() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            let get = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
            let refused = self.validHead.replacing("Version: 13", with: "Version: 7")
            connection.send(get + refused + get + refused.replacing("websocket", with: "h2c"))
            #expect(await connection.read(until: "hello").hasSuffix("hello"))
            let second = await connection.read(until: "hello")
            #expect(second.contains(" 426 ") && second.hasSuffix("hello"))
            #expect(await connection.read(until: "\r\n\r\n").contains(" 426 "))
            connection.send(self.validHead)
            #expect(await connection.read(until: "\r\n\r\n").contains(" 101 "))
            connection.send(WebSocketFrames.frame(.text, payload: ByteBuffer(string: "late"), mask: 9))
            #expect(await connection.read(until: "late") == "\u{FFFD}\u{4}late")
            connection.close()
        }
    }

    @Test("frames sent before the 101 arrive after opening")
    func earlyFrames() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            var bytes = ByteBuffer(string: self.validHead)
            for text in ["one", "two"] {
                bytes.writeImmutableBuffer(WebSocketFrames.frame(.text, payload: ByteBuffer(string: text), mask: 77))
            }
            connection.send(bytes)
            let answer = await connection.read(until: "two")
            #expect(answer.contains(" 101 ") && answer.contains("one"))
            connection.close()
        }
    }

    @Test("101 without acceptance is an error of the route, answered 500")
    func switchingWithoutAcceptance() async throws {
        try await TestServer.run { router in
            router.get("/wrong") { _, _ in Response(status: .switchingProtocols) }
        } _: { server in
            let connection = try await RawConnection.open(port: server.port)
            connection.send("GET /wrong HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await connection.read().hasPrefix("HTTP/1.1 500 "))
        }
    }

    @Test("an acceptance that middleware replaces with a refusal is abandoned, once, and never opens")
    func replacedAcceptance() async throws {
        let reports = Mailbox<Reporter.Report>()
        try await TestServer.run { router in
            router.get("/changed") { _, _ in
                _ = try WebSocketUpgrade.required().accept(abandoned: { reports.put(.abandoned) }, handler: { Reporter(reports.put) })
                return Response(status: .forbidden)
            }
        } _: { server in
            await #expect(throws: WebSocketClientError.self) { try await server.session("/changed") }
            #expect(await reports.next() == .abandoned)
            #expect(server.sockets.count == 0)
        }
    }

    @Test("an acceptance after the client has left is abandoned")
    func clientLeftFirst() async throws {
        let reports = Mailbox<Reporter.Report>()
        let arrived = Mailbox<Void>()
        let proceed = Mailbox<Void>()
        try await TestServer.run { router in
            router.get("/slow") { _, _ in
                let upgrade = try WebSocketUpgrade.required()
                arrived.put(())
                await proceed.next()
                return upgrade.accept(abandoned: { reports.put(.abandoned) }, handler: { Reporter(reports.put) })
            }
        } _: { server in
            let connection = try await RawConnection.open(port: server.port)
            connection.send(self.validHead.replacing("/echo", with: "/slow"))
            await arrived.next()
            connection.close()
            proceed.put(())
            // Opened (the end not yet noticed) or abandoned, then over: exactly one of the two ways.
            switch await reports.next() {
            case .abandoned: break
            case .opened: #expect(await reports.next() == .closed(.abnormal))
            case let other: Issue.record("\(String(describing: other))")
            }
        }
    }
}
