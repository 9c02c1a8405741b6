import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import WebSockets

@Suite("Sockets of a server")
struct SocketTests {
    /// Times short enough to wait for, long enough for a busy machine.
    private var quick: WebSocketConfiguration {
        var configuration = WebSocketConfiguration()
        configuration.pingInterval = .milliseconds(50)
        configuration.sweepInterval = .milliseconds(20)
        configuration.closeTimeout = .milliseconds(200)
        return configuration
    }

    private func reporting(_ reports: Mailbox<Reporter.Report>, onOpen: @escaping @Sendable (WebSocket) -> Void = { _ in }) -> (
        Router<BasicRequestContext>
    ) -> Void {
        { router in
            router.get("/report") { _, _ in try WebSocketUpgrade.required().accept { Reporter(reports.put, onOpen: onOpen) } }
        }
    }

    @Test("an idle client is pinged, and stays while it answers")
    func pinged() async throws {
        try await TestServer.run(configuration: quick) { server in
            let session = try await server.session()
            for _ in 0..<3 { #expect(await session.next() == .ping(ByteBuffer())) }
            #expect(server.sockets.count == 1)
            session.client.close()
            #expect(await session.closeCode() == .normal)
        }
    }

    @Test("a client that answers no ping is dropped, and its handler told so")
    func dead() async throws {
        var configuration = quick
        configuration.deadAfter = .milliseconds(300)
        let reports = Mailbox<Reporter.Report>()
        var client = WebSocketClientConfiguration()
        client.answersPings = false
        try await TestServer.run(configuration: configuration, routes: reporting(reports)) { server in
            let session = try await server.session("/report", configuration: client)
            #expect(await reports.next(2) == [.opened, .closed(.abnormal)])
            await session.client.waitForEnd()
            #expect(server.sockets.count == 0)
        }
    }

    @Test("the handler learns the client's close code, or that there was none")
    func closeCodes() async throws {
        let reports = Mailbox<Reporter.Report>()
        try await TestServer.run(routes: reporting(reports)) { server in
            try await server.session("/report").client.close(WebSocketCloseCode(4123), reason: "bye")
            #expect(await reports.next(2) == [.opened, .closed(WebSocketCloseCode(4123))])
            try await server.session("/report").client.disconnect()
            #expect(await reports.next(2) == [.opened, .closed(.abnormal)])
            try await server.session("/report").client.send(raw: ByteBuffer(hex: "FF FF"))
            #expect(await reports.next(2) == [.opened, .closed(.protocolError)])
        }
    }

    @Test("a socket closed by its owner sends code and reason, and takes no message any more")
    func closedByOwner() async throws {
        let reports = Mailbox<Reporter.Report>()
        let routes = reporting(reports) { socket in
            socket.send(text: "first")
            socket.close(WebSocketCloseCode(4001), reason: "signed out")
            socket.send(text: "never")
        }
        try await TestServer.run(routes: routes) { server in
            let session = try await server.session("/report")
            session.client.send(text: "too late")
            var events: [WebSocketEvent] = []
            for await event in session.events { events.append(event) }
            #expect(events == [.text(ByteBuffer(string: "first")), .close(WebSocketCloseCode(4001), reason: "signed out")])
            #expect(await reports.next(2) == [.opened, .closed(WebSocketCloseCode(4001))])
        }
    }

    @Test("a client that does not answer the close frame is dropped after the time for it")
    func unansweredClose() async throws {
        let reports = Mailbox<Reporter.Report>()
        var client = WebSocketClientConfiguration()
        client.answersClose = false
        try await TestServer.run(configuration: quick, routes: reporting(reports) { $0.close() }) { server in
            let session = try await server.session("/report", configuration: client)
            #expect(await session.closeCode() == .normal)
            await session.client.waitForEnd()
            #expect(await reports.next(2) == [.opened, .closed(.normal)])
        }
    }

    @Test("a client that reads nothing is reported and closed, and the others are served meanwhile")
    func slowReader() async throws {
        var configuration = quick
        configuration.pingInterval = .seconds(30)
        configuration.writeStallTimeout = .milliseconds(300)
        configuration.writeStallCode = WebSocketCloseCode(4008)
        let reports = Mailbox<Reporter.Report>()
        let large = WebSocketFrames.binary(ByteBuffer(count: 60_000))
        let routes = reporting(reports) { socket in
            // More than the kernel's buffers hold for a peer that does not read.
            for _ in 0..<400 { socket.send(frame: large) }
        }
        try await TestServer.run(configuration: configuration, routes: routes) { server in
            let slow = try await RawConnection.open(port: server.port, reads: false)
            slow.send(
                """
                GET /report HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
                """
            )
            #expect(await reports.next() == .opened)
            let other = try await server.session()
            other.client.send(text: "still here")
            #expect(await other.nextText() == "still here")
            #expect(await reports.next(2) == [.writable(false), .closed(WebSocketCloseCode(4008))])
            slow.close()
            other.client.close()
            await other.client.waitForEnd()
        }
    }

    @Test("at shutdown every socket is closed with 1001, and later ones at once")
    func shutdown() async throws {
        try await TestServer.run { server in
            var sessions: [WebSocketClientSession] = []
            for _ in 0..<20 {
                let session = try await server.session()
                // An answer shows that the server is done with opening.
                session.client.send(text: "here")
                #expect(await session.nextText() == "here")
                sessions.append(session)
            }
            #expect(server.sockets.count == 20)
            async let closed: Void = server.sockets.closeAll(reason: "restart", over: .milliseconds(50))
            for session in sessions {
                #expect(await session.next() == .close(.goingAway, reason: "restart"))
                await session.client.waitForEnd()
            }
            await closed
            #expect(server.sockets.count == 0)
            #expect(try await server.session().closeCode() == .goingAway)
        }
    }

    @Test("one buffer reaches any number of sockets")
    func broadcast() async throws {
        let opened = Mailbox<WebSocket>()
        let reports = Mailbox<Reporter.Report>()
        try await TestServer.run(routes: reporting(reports, onOpen: opened.put)) { server in
            var sessions: [WebSocketClientSession] = []
            for _ in 0..<30 { sessions.append(try await server.session("/report")) }
            let frame = WebSocketFrames.text(String(repeating: "news ", count: 100))
            for socket in await opened.next(30) { socket.send(frame: frame) }
            for session in sessions { #expect(await session.nextText() == String(repeating: "news ", count: 100)) }
        }
    }
}
