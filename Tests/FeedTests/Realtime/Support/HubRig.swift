import Accounts
import CoreMetrics
import Foundation
import GameRules
import Hummingbird
import HummingbirdCore
import LocalServers
import Logging
import NIOCore
import NIOPosix
import Platform
import Prometheus
import Redis
import ServiceLifecycle
import TestServers
import Testing
import WebSockets

@testable import Feed

/// A node's hub behind a listening server whose path names user and session, as if a handshake had authenticated them.
struct HubRig: Sendable {
    let hub: Hub
    let url: String
    let redis: RedisClient
    let publisher: Publisher
    let clock: ManualClock
    private let metrics: PrometheusRegistry

    static let start = Instant(millisecondsSinceUnixEpoch: 1_772_020_800_000)

    static func run(_ body: @Sendable (HubRig) async throws -> Void) async throws {
        try await withOwnRedis { try await run(redis: try await $0.url(), node: "one", body) }
    }

    /// Two nodes with one Redis.
    static func runTwo(_ body: @escaping @Sendable (HubRig, HubRig) async throws -> Void) async throws {
        try await withOwnRedis { redis in
            let url = try await redis.url()
            let clock = ManualClock(start)
            try await run(redis: url, node: "one", clock: clock) { one in
                try await run(redis: url, node: "two", clock: clock) { two in try await body(one, two) }
            }
        }
    }

    /// Topics are common to all databases of a Redis, so tests that share one would hear each other.
    static func withOwnRedis(_ body: (RedisServer) async throws -> Void) async throws {
        let server = RedisServer(directory: try await TestServers.temporaryDirectory("redis"))
        try await server.start()
        let result: Result<Void, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        await server.stop()
        try result.get()
    }

    /// Runs a node; at its end its sockets are closed as those of a node that stops.
    static func run(
        redis url: String,
        node: String,
        clock: ManualClock = ManualClock(start),
        _ body: @Sendable (HubRig) async throws -> Void
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let group = MultiThreadedEventLoopGroup.singleton
        let client = RedisClient(configuration: try RedisConfiguration(url: url), eventLoopGroup: group, logger: logger)
        let metrics = PrometheusRegistry(descriptions: MetricTable.all)
        let hub = withMetricsFactory(metrics) { Hub(redis: client, eventLoopGroup: group, clock: clock.clock, node: node) }
        await hub.listen()
        let router = Router(context: SocketContext.self)
        router.get("/:user/:session") { _, context in
            guard let user = UserID(context.parameters.get("user") ?? ""), let session = SessionID(context.parameters.get("session") ?? "")
            else { throw HTTPError(.badRequest) }
            guard case .admitted(let seat) = await hub.join(user, maximumPerNode: 5000) else { throw HTTPError(.tooManyRequests) }
            let loop = context.eventLoop
            return try WebSocketUpgrade.required().accept(abandoned: { hub.leave(seat) }) {
                hub.makeHandler(seat: seat, session: session, on: loop)
            }
        }
        var limits = WebSocketConfiguration()
        limits.writeStallTimeout = .seconds(10)
        limits.writeStallCode = WebSocketCloseCode(4008)
        let sockets = WebSocketServer(configuration: limits, http: .init())
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router,
            server: .http1WithWebSockets(sockets),
            configuration: .init(address: .hostname("127.0.0.1", port: 0), backlog: 2048),
            services: [sockets],
            onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) },
            logger: logger
        )
        let services = ServiceGroup(configuration: .init(services: [application], logger: logger))
        async let running: Void = services.run()
        var iterator = ports.makeAsyncIterator()
        let port = await iterator.next() ?? 0
        let rig = HubRig(
            hub: hub,
            url: "ws://127.0.0.1:\(port)",
            redis: client,
            publisher: Publisher(redis: client, clock: clock.clock),
            clock: clock,
            metrics: metrics
        )
        let result: Result<Void, any Error>
        do { result = .success(try await body(rig)) } catch { result = .failure(error) }
        await services.triggerGracefulShutdown()
        try await running
        await hub.close()
        await client.close()
        try result.get()
    }

    /// A socket of a user that has subscribed to channels.
    func socket(_ user: Int64, _ channels: String..., session: SessionID = SessionID(UUID())) async throws -> WebSocketClientSession {
        let socket = try await WebSocketClient.session(to: "\(url)/\(user)/\(session)")
        for channel in channels {
            socket.client.send(text: #"{"action":"subscribe","channel":"\#(channel)"}"#)
            #expect(await socket.nextText() == #"{"type":"subscribed","channel":"\#(channel)"}"#)
        }
        return socket
    }

    /// Opens and subscribes many sockets, each of a user of its own unless told otherwise.
    func sockets(_ count: Int, perUser: Int = 1, from first: Int64 = 1, _ channel: String) async throws -> [WebSocketClientSession] {
        var sockets: [WebSocketClientSession] = []
        for number in 0..<count { sockets.append(try await socket(first + Int64(number / perUser), channel)) }
        return sockets
    }

    /// The value of a series; nil when it is not there.
    func metric(_ series: String) -> Double? {
        for line in String(decoding: metrics.render(), as: UTF8.self).split(separator: "\n") where line.hasPrefix(series + " ") {
            return Double(line.dropFirst(series.count + 1))
        }
        return nil
    }

    /// Publishes as any producer might.
    func publish(_ topic: String, _ text: String) async throws {
        _ = try await redis.publish(.string(text), to: topic)
    }

    /// Whether a socket has received nothing up to now: a fact published behind everything else comes next.
    func expectNothing(_ socket: WebSocketClientSession, of user: Int64, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await publish("ws:user:\(user)", #"{"event":"notification","data":{"marker":1}}"#)
        let text = #"{"channel":"notifications","data":{"type":"notification","payload":{"marker":1}}}"#
        #expect(await socket.nextText() == text, sourceLocation: sourceLocation)
    }
}

/// Knows the loop of the connection.
struct SocketContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let eventLoop: any EventLoop

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        eventLoop = source.channel.eventLoop
    }
}

/// Waits for what others bring about; fails after a generous limit.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("did not come true: \(what)")
}
