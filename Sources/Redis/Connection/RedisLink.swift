import Logging
import NIOCore

/// One self-healing connection, usable from any thread.
final class RedisLink: Sendable {
    let eventLoop: any EventLoop
    private let configuration: RedisConfiguration
    private let inbox = CommandInbox()
    private let driver: NIOLoopBoundBox<LinkDriver>

    /// Starts connecting.
    init(
        eventLoop: any EventLoop,
        configuration: RedisConfiguration,
        hooks: LinkHooks = LinkHooks(),
        pingInterval: TimeAmount? = nil,
        logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        let driver = LinkDriver(
            eventLoop: eventLoop,
            configuration: configuration,
            inbox: inbox,
            hooks: hooks,
            pingInterval: pingInterval,
            logger: logger
        )
        self.driver = .makeBoxSendingValue(driver, eventLoop: eventLoop)
        eventLoop.execute { [driver = self.driver] in driver.value.connect() }
    }

    /// Whether commands are being written.
    var isReady: Bool { inbox.isReady }

    /// Waits for the outcome of the attempt to connect under way and throws its error.
    func connect() async throws {
        let token = inbox.nextToken()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { inbox.awaitConnection($0, token: token) }
        } onCancel: {
            _ = inbox.cancel(token)
        }
    }

    /// Sends a command; an error reply is returned as a frame.
    func send(_ command: RedisCommand, timeout: TimeAmount?) async throws -> RESPFrame {
        let token = inbox.nextToken()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                submit(command, timeout: timeout, token: token, waiter: .one(continuation))
            }
        } onCancel: {
            cancel(token)
        }
    }

    /// Sends commands in one write.
    func send(_ commands: [RedisCommand], timeout: TimeAmount?) async throws -> ReplyCollector.Replies {
        guard let first = commands.first else { return [] }
        let token = inbox.nextToken()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiter = Waiter.many(ReplyCollector(expecting: commands.count, continuation: continuation))
                submit(first.name, answer: .replies(commands.count), timeout: timeout, token: token, waiter: waiter) { buffer in
                    for command in commands { RESPEncoder.write(command, into: &buffer) }
                }
            }
        } onCancel: {
            cancel(token)
        }
    }

    /// Leaves one command for the event loop.
    func submit(
        _ command: RedisCommand,
        answer: ReplyQueue<PendingCommand>.Answer = .replies(1),
        timeout: TimeAmount? = nil,
        token: UInt64,
        waiter: Waiter
    ) {
        submit(command.name, answer: answer, timeout: timeout, token: token, waiter: waiter) { RESPEncoder.write(command, into: &$0) }
    }

    private func submit(
        _ name: StaticString,
        answer: ReplyQueue<PendingCommand>.Answer,
        timeout: TimeAmount?,
        token: UInt64,
        waiter: Waiter,
        encode: (inout ByteBuffer) -> Void
    ) {
        let command = QueuedCommand(
            name: name,
            waiter: waiter,
            token: token,
            timeout: timeout ?? configuration.commandTimeout,
            answer: answer
        )
        switch inbox.submit(command, encode: encode) {
        case .accepted: break
        case .wakeLoop: eventLoop.execute { [driver] in driver.value.drain() }
        case .refused(let error): waiter.fail(with: error)
        case .cancelled: waiter.cancel()
        }
    }

    /// A number by which a command can be cancelled.
    func nextToken() -> UInt64 { inbox.nextToken() }

    /// Lets the waiter of a command go at once; its answer will be discarded when it comes.
    func cancel(_ token: UInt64) {
        guard !inbox.cancel(token) else { return }
        eventLoop.execute { [driver] in driver.value.cancel(token) }
    }

    /// Closes for good without waiting.
    func shut() {
        inbox.shut(.closed, reason: .closed)
        eventLoop.execute { [driver] in _ = driver.value.close() }
    }

    /// Closes for good; returns when the socket is closed.
    func close() async {
        inbox.shut(.closed, reason: .closed)
        try? await eventLoop.flatSubmit { [driver] in driver.value.close() }.get()
    }
}
