import NIOCore
import Synchronization

/// The channel that Hummingbird sees instead of the connection's own.
///
/// Hummingbird wraps a channel in a `NIOAsyncChannel` for life and keeps a task waiting until it closes. So it is given this
/// one, which passes everything on through the ``HTTPGate`` of the connection. When the connection becomes a WebSocket, only
/// this channel ends, and takes the HTTP handlers, the async channel and the task with it.
///
/// `@unchecked Sendable`: `pipeline` is set once, before `init` returns; `gate` and `isClosed` are touched on the event loop
/// only (channel core methods are called there by contract); the rest is immutable or atomic.
final class HTTPSideChannel: Channel, ChannelCore, @unchecked Sendable {
    let connection: any Channel
    let eventLoop: any EventLoop
    /// The upgrade that the request being handled asks for.
    private let upgrade = Mutex<WebSocketUpgrade?>(nil)
    private(set) lazy var pipeline = ChannelPipeline(channel: self)
    private let closePromise: EventLoopPromise<Void>
    private let active = Atomic(false)
    private weak var gate: HTTPGate?
    private var isClosed = false

    init(connection: any Channel, gate: HTTPGate) {
        self.connection = connection
        self.eventLoop = connection.eventLoop
        self.gate = gate
        self.closePromise = connection.eventLoop.makePromise()
        _ = self.pipeline
    }

    var allocator: ByteBufferAllocator { self.connection.allocator }
    var closeFuture: EventLoopFuture<Void> { self.closePromise.futureResult }
    var localAddress: SocketAddress? { self.connection.localAddress }
    var remoteAddress: SocketAddress? { self.connection.remoteAddress }
    var parent: (any Channel)? { self.connection }
    var isWritable: Bool { self.isActive && self.connection.isWritable }
    var isActive: Bool { self.active.load(ordering: .relaxed) }
    var _channelCore: any ChannelCore { self }

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        self.connection.setOption(option, value: value)
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        self.connection.getOption(option)
    }

    /// The request now being handled asks for an upgrade. Too late if the client has left.
    func offer(_ upgrade: WebSocketUpgrade) {
        self.upgrade.withLock { $0 = upgrade }
        if !self.isActive { self.takeUpgrade()?.abandon() }
    }

    /// The upgrade of the request being answered, no longer offered to later ones.
    func takeUpgrade() -> WebSocketUpgrade? {
        self.upgrade.withLock { upgrade in
            defer { upgrade = nil }
            return upgrade
        }
    }

    func activate() {
        guard !self.isClosed, !self.isActive else { return }
        self.active.store(true, ordering: .relaxed)
        self.pipeline.fireChannelActive()
    }

    /// Ends this channel; the connection itself lives on.
    func end() {
        guard !self.isClosed else { return }
        self.isClosed = true
        self.gate = nil
        self.active.store(false, ordering: .relaxed)
        self.takeUpgrade()?.abandon()
        self.pipeline.fireChannelInactive()
        // Not now: a handler of this pipeline may be on the stack.
        self.eventLoop.assumeIsolated().execute {
            self.removeHandlers(pipeline: self.pipeline)
            self.closePromise.succeed()
        }
    }

    // MARK: ChannelCore

    func localAddress0() throws -> SocketAddress {
        guard let address = self.localAddress else { throw ChannelError.operationUnsupported }
        return address
    }

    func remoteAddress0() throws -> SocketAddress {
        guard let address = self.remoteAddress else { throw ChannelError.operationUnsupported }
        return address
    }

    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let gate else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        gate.sideWrite(data, promise: promise)
    }

    func flush0() { self.gate?.sideFlush() }

    func read0() { self.gate?.sideRead() }

    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard let gate else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        gate.sideClose(mode: mode, promise: promise)
    }

    func register0(promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }

    func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }

    func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }

    func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }

    func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func channelRead0(_ data: NIOAny) {}

    func errorCaught0(error: any Error) {}
}
