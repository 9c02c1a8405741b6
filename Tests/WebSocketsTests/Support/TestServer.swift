import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import WebSockets

/// A listening Hummingbird application on a free port.
struct TestServer: Sendable {
    let port: Int
    let sockets: WebSocketServer
    let services: ServiceGroup

    func url(_ target: String) -> String { "ws://127.0.0.1:\(self.port)\(target)" }

    func session(
        _ target: String = "/echo",
        headers: HTTPFields = [:],
        configuration: WebSocketClientConfiguration = .init()
    ) async throws -> WebSocketClientSession {
        try await WebSocketClient.session(to: self.url(target), headers: headers, configuration: configuration)
    }

    /// Runs a server for the time of `body`.
    static func run<Result: Sendable>(
        configuration: WebSocketConfiguration = .init(),
        http: HTTPConnectionConfiguration = .init(),
        routes: (Router<BasicRequestContext>) -> Void = { _ in },
        _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        let router = Router()
        routes(router)
        router.get("/hello") { _, _ in "hello" }
        router.post("/length") { request, _ in String(try await request.body.collect(upTo: 1 << 20).readableBytes) }
        router.get("/echo") { _, _ in try WebSocketUpgrade.required().accept { Echo() } }
        let sockets = WebSocketServer(configuration: configuration, http: http)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(
            router: router,
            server: .http1WithWebSockets(sockets),
            configuration: .init(address: .hostname("127.0.0.1", port: 0), backlog: 1024),
            services: [sockets],
            onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) },
            logger: logger
        )
        let services = ServiceGroup(configuration: .init(services: [application], logger: logger))
        async let running: Void = services.run()
        var iterator = ports.makeAsyncIterator()
        let server = TestServer(port: await iterator.next() ?? 0, sockets: sockets, services: services)
        do {
            let result = try await body(server)
            await services.triggerGracefulShutdown()
            try await running
            return result
        } catch {
            await services.triggerGracefulShutdown()
            try? await running
            throw error
        }
    }
}

/// Sends every message back.
final class Echo: WebSocketHandler {
    private var socket: WebSocket?

    func opened(_ socket: WebSocket) { self.socket = socket }
    func text(_ message: ByteBuffer) { self.socket?.send(frame: WebSocketFrames.text(message)) }
    func binary(_ message: ByteBuffer) { self.socket?.send(binary: message) }
    func closed(_ code: WebSocketCloseCode) { self.socket = nil }
}

/// Reports what happens to a socket.
final class Reporter: WebSocketHandler {
    enum Report: Equatable, Sendable {
        case opened
        case text(String)
        case writable(Bool)
        case closed(WebSocketCloseCode)
        case abandoned
    }

    private let report: @Sendable (Report) -> Void
    private let onOpen: @Sendable (WebSocket) -> Void

    init(_ report: @escaping @Sendable (Report) -> Void, onOpen: @escaping @Sendable (WebSocket) -> Void = { _ in }) {
        self.report = report
        self.onOpen = onOpen
    }

    func opened(_ socket: WebSocket) {
        self.report(.opened)
        self.onOpen(socket)
    }
    func text(_ message: ByteBuffer) { self.report(.text(String(buffer: message))) }
    func writabilityChanged(_ isWritable: Bool) { self.report(.writable(isWritable)) }
    func closed(_ code: WebSocketCloseCode) { self.report(.closed(code)) }
}

/// Values handed from callbacks to a test.
struct Mailbox<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() {
        (self.stream, self.continuation) = AsyncStream.makeStream()
    }

    func put(_ value: Value) { self.continuation.yield(value) }

    func next() async -> Value? {
        var iterator = self.stream.makeAsyncIterator()
        return await iterator.next()
    }

    func next(_ count: Int) async -> [Value] {
        var values: [Value] = []
        while values.count < count, let value = await self.next() { values.append(value) }
        return values
    }
}
