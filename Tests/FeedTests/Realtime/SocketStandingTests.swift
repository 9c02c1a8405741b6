import Accounts
import Foundation
import GameRules
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Redis
import ServiceLifecycle
import TestServers
import Testing
import WebSockets

@testable import Feed

/// Open sockets stand and fall with their session (spec 12 §7.1).
@Suite("Standing of sockets")
struct SocketStandingTests {
    @Test("sockets of an ended session are closed with 4001, others of the same user stay")
    func closes() async throws {
        let (ended, alive) = (SessionID(UUID()), SessionID(UUID()))
        try await withHub { hub, url in
            let first = try await WebSocketClient.session(to: "\(url)/\(ended)")
            let second = try await WebSocketClient.session(to: "\(url)/\(ended)")
            let third = try await WebSocketClient.session(to: "\(url)/\(alive)")
            for session in [first, second, third] {
                session.client.send(text: #"{"action":"ping"}"#)
                #expect(await session.nextText() == #"{"type":"pong"}"#)
            }
            try await hub.closeEnded { asked in
                #expect(Set(asked) == [ended, alive])
                return [alive]
            }
            #expect(await first.closeCode() == WebSocketCloseCode(4001))
            #expect(await second.closeCode() == WebSocketCloseCode(4001))
            third.client.send(text: #"{"action":"ping"}"#)
            #expect(await third.nextText() == #"{"type":"pong"}"#)
        }
    }

    @Test("while nobody can say who stands, nobody is closed")
    func undecided() async throws {
        struct Away: Error {}
        let session = SessionID(UUID())
        try await withHub { hub, url in
            let socket = try await WebSocketClient.session(to: "\(url)/\(session)")
            socket.client.send(text: #"{"action":"ping"}"#)
            #expect(await socket.nextText() != nil)
            await #expect(throws: Away.self) { try await hub.closeEnded { _ in throw Away() } }
            socket.client.send(text: #"{"action":"ping"}"#)
            #expect(await socket.nextText() != nil)
        }
    }

    /// A hub behind a listening server whose path names the session.
    private func withHub(_ body: @Sendable (Hub, _ url: String) async throws -> Void) async throws {
        try await withRedis { redis in
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let client = RedisClient(
                configuration: try RedisConfiguration(url: redis.url),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                logger: logger
            )
            let hub = Hub(redis: client, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
            let user = UserID(1)
            let router = Router(context: SocketContext.self)
            router.get("/:session") { _, context in
                guard let session = SessionID(context.parameters.get("session") ?? ""),
                    await hub.join(user, maximumPerNode: 10) == .admitted
                else { throw HTTPError(.badRequest) }
                let loop = context.eventLoop
                return try WebSocketUpgrade.required().accept(abandoned: { hub.leave(user) }) {
                    hub.makeHandler(user: user, session: session, on: loop)
                }
            }
            let sockets = WebSocketServer(configuration: .init(), http: .init())
            let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
            let application = Application(
                router: router,
                server: .http1WithWebSockets(sockets),
                configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                services: [sockets],
                onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) },
                logger: logger
            )
            let services = ServiceGroup(configuration: .init(services: [application], logger: logger))
            async let running: Void = services.run()
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            let result: Result<Void, any Error>
            do { result = .success(try await body(hub, "ws://127.0.0.1:\(port)")) } catch { result = .failure(error) }
            await services.triggerGracefulShutdown()
            try await running
            await hub.close()
            await client.close()
            try result.get()
        }
    }
}

/// Knows the loop of the connection.
private struct SocketContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let eventLoop: any EventLoop

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        eventLoop = source.channel.eventLoop
    }
}
