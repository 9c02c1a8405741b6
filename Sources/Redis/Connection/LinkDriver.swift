import Logging
import NIOCore

/// A command that has been written.
struct PendingCommand {
    let waiter: Waiter
    let name: StaticString
    let written: NIODeadline
}

/// What a connection tells its owner, on its event loop.
struct LinkHooks: Sendable {
    /// The connection has become usable; commands performed here come before all others.
    var ready: (@Sendable (LinkDriver) -> Void)?
    /// The server sent something unasked.
    var push: (@Sendable (RESPFrame) -> Void)?
    /// The connection has become usable or stopped to be.
    var readinessChanged: (@Sendable (Bool) -> Void)?
}

/// Performs on the event loop what ``ConnectionLifecycle`` and ``ReplyQueue`` decide: opens sockets, greets, writes, delivers.
///
/// Never leaves its event loop; ``RedisLink`` is its face towards other threads.
final class LinkDriver {
    /// A write buffer that has grown beyond this is not kept.
    private static let largestKeptBuffer = 1 << 20

    private let eventLoop: any EventLoop
    private let configuration: RedisConfiguration
    private let inbox: CommandInbox
    private let hooks: LinkHooks
    private let logger: Logger
    private let metrics: CommandMetrics?
    /// Nil for connections whose commands' own deadlines find out whether the server lives.
    private let pingInterval: TimeAmount?

    private var bootstrap: SocketBootstrap
    private var lifecycle: ConnectionLifecycle
    private var replies = ReplyQueue<PendingCommand>()
    private var socket: (channel: any Channel, handler: RedisChannelHandler)?
    private var deadlineTimer: Scheduled<Void>?
    private var retryTimer: Scheduled<Void>?
    private var pingTimer: Scheduled<Void>?
    private var socketError: (any Error)?
    /// Exchanged with the inbox at every batch, so that neither allocates.
    private var batch: [QueuedCommand] = []
    private var batchBytes = ByteBuffer()

    init(
        eventLoop: any EventLoop,
        configuration: RedisConfiguration,
        inbox: CommandInbox,
        hooks: LinkHooks,
        pingInterval: TimeAmount?,
        logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.inbox = inbox
        self.hooks = hooks
        self.pingInterval = pingInterval
        self.logger = logger
        metrics = configuration.metricsPrefix.map { CommandMetrics(prefix: $0) }
        bootstrap = SocketBootstrap(configuration)
        lifecycle = ConnectionLifecycle(backoff: configuration.backoff)
    }

    /// Whether anything has been lost since the beginning.
    var hasGap: Bool { lifecycle.hasGap }

    /// Opens a socket.
    func connect() {
        guard lifecycle.phase == .connecting else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        bootstrap.connect(on: eventLoop) { channel in
            let driver = bound.value
            let handler = RedisChannelHandler(driver: driver, limits: driver.configuration.limits)
            try channel.pipeline.syncOperations.addHandler(handler)
        }
        .assumeIsolated()
        .whenFailure { error in
            guard self.lifecycle.phase == .connecting else { return }
            self.socketError = error
            self.disconnect(.unavailable)
        }
    }

    /// A socket is open.
    func opened(_ channel: any Channel, handler: RedisChannelHandler) {
        guard lifecycle.opened() == .sendGreeting else {
            handler.detach()
            channel.close(promise: nil)
            return
        }
        socket = (channel, handler)
        let commands = Greeting.commands(for: configuration)
        perform(commands, answer: .replies(commands.count), waiter: .greeting)
    }

    private func greeted() {
        guard lifecycle.greeted() else { return }
        logger.debug("Redis connected")
        inbox.open()
        hooks.readinessChanged?(true)
        hooks.ready?(self)
        schedulePing()
        drain()
    }

    /// Writes everything that has gathered.
    func drain() {
        guard lifecycle.phase == .ready, let channel = socket?.channel else { return }
        inbox.take(&batch, &batchBytes)
        guard !batch.isEmpty else { return }
        let now = NIODeadline.now()
        for command in batch {
            let pending = command.waiter.map { PendingCommand(waiter: $0, name: command.name, written: now) }
            append(pending, command.answer, token: command.token, now: now, timeout: command.timeout)
        }
        batch.removeAll(keepingCapacity: true)
        channel.writeAndFlush(batchBytes, promise: nil)
        // The memory is free again when the socket took everything at once, which is the rule.
        if batchBytes.capacity > Self.largestKeptBuffer {
            batchBytes = ByteBuffer()
        } else {
            batchBytes.clear()
        }
    }

    /// Writes commands past the inbox.
    func perform(_ commands: [RedisCommand], answer: ReplyQueue<PendingCommand>.Answer, waiter: Waiter) {
        guard let channel = socket?.channel, let first = commands.first else { return waiter.fail(with: .unavailable) }
        var bytes = channel.allocator.buffer(capacity: 256)
        for command in commands { RESPEncoder.write(command, into: &bytes) }
        let now = NIODeadline.now()
        let pending = PendingCommand(waiter: waiter, name: first.name, written: now)
        append(pending, answer, token: 0, now: now, timeout: configuration.commandTimeout)
        channel.writeAndFlush(bytes, promise: nil)
    }

    /// A caller may be less patient than the connection, but a reply that is late for one caller does not cost all others theirs.
    private func append(
        _ pending: PendingCommand?,
        _ answer: ReplyQueue<PendingCommand>.Answer,
        token: UInt64,
        now: NIODeadline,
        timeout: TimeAmount
    ) {
        let limit = now + max(timeout, configuration.commandTimeout)
        if let alarm = replies.append(pending, token: token, deadline: now + timeout, limit: limit, answer: answer) { setTimer(alarm) }
    }

    /// A frame has arrived.
    func received(_ frame: RESPFrame) {
        if frame.type == .push {
            if frame.isSubscriptionConfirmation {
                if case .deliver(let pending, let last) = replies.confirmation() { deliver(frame, to: pending, last: last) }
            } else {
                hooks.push?(frame)
            }
            return
        }
        switch replies.reply(isError: frame.type.isError) {
        case .deliver(let pending, let last): deliver(frame, to: pending, last: last)
        case .discard: break
        case .outOfStep: disconnect(.protocolViolation(.unexpectedReply))
        }
    }

    private func deliver(_ frame: RESPFrame, to pending: PendingCommand, last: Bool) {
        if case .greeting = pending.waiter {
            if frame.type.isError {
                disconnect(.refused(frame.serverError))
            } else if last {
                greeted()
            }
            return
        }
        if last, let metrics { metrics.record(pending.name, NIODeadline.now() - pending.written) }
        pending.waiter.succeed(with: frame, last: last)
    }

    /// Nobody waits for the command any more.
    func cancel(_ token: UInt64) {
        replies.cancel(token: token)?.waiter.cancel()
    }

    /// The socket or its encryption failed.
    func socketFailed(_ error: any Error) {
        socketError = error
        disconnect(.connectionLost)
    }

    /// Gives the socket up, fails what is on the way, and plans the next attempt.
    func disconnect(_ reason: RedisError) {
        let wasReady = lifecycle.phase == .ready
        guard case .retry(let pause) = lifecycle.lost(random: configuration.random()) else { return }
        logger.log(
            level: lifecycle.failures == 1 ? .warning : .debug,
            "Redis connection lost",
            metadata: [
                "reason": "\(socketError.map { String(describing: type(of: $0)) } ?? reason.description)",
                "retry_ms": "\(pause.nanoseconds / 1_000_000)",
            ]
        )
        abandonSocket(reason)
        inbox.shut(.down, reason: reason == .connectionLost ? .unavailable : reason)
        if wasReady { hooks.readinessChanged?(false) }
        retryTimer = eventLoop.assumeIsolated().scheduleTask(in: pause) {
            if self.lifecycle.retry() { self.connect() }
        }
    }

    /// Closes for good; the future completes when the socket is closed.
    func close() -> EventLoopFuture<Void> {
        let wasReady = lifecycle.phase == .ready
        guard lifecycle.close() else { return eventLoop.makeSucceededVoidFuture() }
        let closed = socket?.channel.closeFuture
        abandonSocket(.closed)
        retryTimer?.cancel()
        if wasReady { hooks.readinessChanged?(false) }
        return closed ?? eventLoop.makeSucceededVoidFuture()
    }

    private func abandonSocket(_ reason: RedisError) {
        socket?.handler.detach()
        socket?.channel.close(promise: nil)
        socket = nil
        socketError = nil
        deadlineTimer?.cancel()
        pingTimer?.cancel()
        let now = NIODeadline.now()
        for entry in replies.removeAll() {
            // Only those whose time is over timed out; the others lose their connection to that.
            let error: RedisError = reason == .timeout && entry.deadline > now ? .connectionLost : reason
            entry.waiter?.waiter.fail(with: error)
        }
    }

    private func setTimer(_ deadline: NIODeadline) {
        deadlineTimer?.cancel()
        deadlineTimer = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            switch self.replies.timerFired(now: .now()) {
            case .expired:
                self.disconnect(.timeout)
            case .timedOut(let waiting, let next):
                for pending in waiting { pending.waiter.fail(with: .timeout) }
                if let next { self.setTimer(next) }
            }
        }
    }

    /// A subscription may be silent for hours; only a question tells a silent server from a dead one.
    private func schedulePing() {
        guard let pingInterval else { return }
        pingTimer = eventLoop.assumeIsolated().scheduleTask(in: pingInterval) {
            guard self.lifecycle.phase == .ready else { return }
            self.perform([RedisCommand("PING")], answer: .replies(1), waiter: .callback { _ in })
            self.schedulePing()
        }
    }
}
