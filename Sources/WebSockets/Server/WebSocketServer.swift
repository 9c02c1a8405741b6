public import NIOCore
public import ServiceLifecycle
import Synchronization

/// The sockets of one HTTP server.
///
///     let sockets = WebSocketServer()
///     let app = Application(router: router, server: .http1WithWebSockets(sockets), services: [sockets])
///
/// As a service of the application it keeps it running, at shutdown, until its sockets are closed.
public final class WebSocketServer: Sendable {
    /// Limits and times of the sockets.
    public let configuration: WebSocketConfiguration
    /// Limits and times of the HTTP connections.
    public let http: HTTPConnectionConfiguration
    private let loops = Mutex<[ObjectIdentifier: (any EventLoop, NIOLoopBound<SocketLoop>)]>([:])
    private let sockets = Counter()

    /// A server whose sockets and connections have the given limits.
    public init(configuration: WebSocketConfiguration = .init(), http: HTTPConnectionConfiguration = .init()) {
        self.configuration = configuration
        self.http = http
    }

    /// Open sockets.
    public var count: Int { self.sockets.value.load(ordering: .relaxed) }

    /// Closes all sockets, evenly over a time, and every later one at once; returns when none is left.
    ///
    /// Takes at most `spread` plus the close timeout plus a sweep interval.
    public func closeAll(_ code: WebSocketCloseCode = .goingAway, reason: String = "", over spread: TimeAmount = .zero) async {
        await withDiscardingTaskGroup { group in
            for (eventLoop, loop) in self.loops.withLock({ Array($0.values) }) {
                group.addTask {
                    try? await eventLoop.flatSubmit { loop.value.close(code, reason: reason, over: spread) }.get()
                }
            }
        }
    }

    /// The connections on an event loop; called on it.
    func loop(_ eventLoop: any EventLoop) -> SocketLoop {
        self.loops.withLock { loops in
            if let (_, loop) = loops[ObjectIdentifier(eventLoop)] { return loop }
            let sockets = self.sockets
            let loop = SocketLoop(eventLoop: eventLoop, configuration: self.configuration) { change in
                sockets.value.wrappingAdd(change, ordering: .relaxed)
            }
            let bound = NIOLoopBound(loop, eventLoop: eventLoop)
            loops[ObjectIdentifier(eventLoop)] = (eventLoop, bound)
            return bound
        }.value
    }
}

extension WebSocketServer: Service {
    /// Waits for graceful shutdown, then for the sockets to close, which begins over `shutdownSpread` unless the owner began it.
    public func run() async throws {
        try? await gracefulShutdown()
        await self.closeAll(over: self.configuration.shutdownSpread)
    }
}

/// An atomic number that can be shared.
private final class Counter: Sendable {
    let value = Atomic(0)
}
