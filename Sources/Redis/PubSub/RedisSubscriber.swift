import Algorithms
public import Logging
public import NIOCore
import Synchronization

/// Channel subscriptions on a connection of their own. After a loss all of them are made again without the caller's help.
public final class RedisSubscriber: Sendable {
    /// Channels to name in one command when all are subscribed anew.
    private static let channelsPerCommand = 512

    /// What is subscribed, shared with the connection's hooks.
    private final class Wishes: Sendable {
        let channels = Mutex<Set<String>>([])
    }

    /// Events in order of arrival, for one reader; ended from the beginning when events go to a function.
    public let events: RedisSubscriberEvents
    private let finish: @Sendable () -> Void
    private let wishes: Wishes
    private let link: RedisLink

    /// Starts connecting; events are read from ``events``, which keeps the newest `bufferLimit`.
    public convenience init(configuration: RedisConfiguration, eventLoop: any EventLoop, logger: Logger, bufferLimit: Int) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RedisSubscriberEvent.self,
            bufferingPolicy: .bufferingNewest(max(1, bufferLimit))
        )
        let events = RedisSubscriberEvents(stream: stream, drops: .init())
        self.init(configuration, eventLoop, logger, events, finish: { continuation.finish() }) { [drops = events.drops] event in
            if case .dropped = continuation.yield(event) { drops.add() }
        }
    }

    /// Starts connecting; the function is called on the event loop with every event and must not block.
    public convenience init(
        configuration: RedisConfiguration,
        eventLoop: any EventLoop,
        logger: Logger,
        onEvent: @escaping @Sendable (RedisSubscriberEvent) -> Void
    ) {
        let (stream, continuation) = AsyncStream.makeStream(of: RedisSubscriberEvent.self)
        continuation.finish()
        self.init(configuration, eventLoop, logger, RedisSubscriberEvents(stream: stream, drops: .init()), finish: {}, emit: onEvent)
    }

    private init(
        _ configuration: RedisConfiguration,
        _ eventLoop: any EventLoop,
        _ logger: Logger,
        _ events: RedisSubscriberEvents,
        finish: @escaping @Sendable () -> Void,
        emit: @escaping @Sendable (RedisSubscriberEvent) -> Void
    ) {
        self.events = events
        self.finish = finish
        let wishes = Wishes()
        self.wishes = wishes
        let hooks = LinkHooks(
            ready: { Self.subscribeAgain(wishes.channels.withLock { Array($0) }, on: $0, logger, emit) },
            push: { frame in
                if let message = RedisMessage(frame) { emit(.message(message)) }
            }
        )
        link = RedisLink(
            eventLoop: eventLoop,
            configuration: configuration,
            hooks: hooks,
            pingInterval: configuration.pingInterval,
            logger: logger
        )
    }

    deinit {
        link.shut()
        finish()
    }

    /// Messages alone, for readers to whom a gap does not matter.
    public var messages: AsyncCompactMapSequence<RedisSubscriberEvents, RedisMessage> {
        events.compactMap { event in
            if case .message(let message) = event { message } else { nil }
        }
    }

    /// Whether the connection is up.
    public var isConnected: Bool { link.isReady }

    /// The channels that are, or will be after reconnection, subscribed.
    public var channels: Set<String> { wishes.channels.withLock { $0 } }

    /// Returns when connected; throws the error of the attempt under way or, during a pause, of the next one.
    public func connect() async throws { try await link.connect() }

    /// Subscribes channels; every message published after the return is heard.
    ///
    /// Throws ``RedisError`` when the server could not confirm now. The wish stands nevertheless: the channels are
    /// subscribed as soon as there is a connection, and ``RedisSubscriberEvent/reconnected`` tells when.
    public func subscribe(_ channels: [String]) async throws {
        try await change(RedisCommand("SUBSCRIBE", arguments: channels.map { .string($0) })) { $0.formUnion(channels) }
    }

    /// Ends subscriptions. Throws when the server could not confirm now; the channels are forgotten nevertheless.
    public func unsubscribe(_ channels: [String]) async throws {
        try await change(RedisCommand("UNSUBSCRIBE", arguments: channels.map { .string($0) })) { $0.subtract(channels) }
    }

    /// Closes for good and ends ``events``.
    public func close() async {
        await link.close()
        finish()
    }

    /// Wish and command happen under one lock, so their order is the same for concurrent callers.
    private func change(_ command: RedisCommand, _ change: @Sendable (inout Set<String>) -> Void) async throws {
        guard !command.arguments.isEmpty else { return }
        let token = link.nextToken()
        let frame = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                wishes.channels.withLock { channels in
                    change(&channels)
                    link.submit(
                        command,
                        answer: .confirmations(command.arguments.count),
                        token: token,
                        waiter: .one(continuation)
                    )
                }
            }
        } onCancel: {
            link.cancel(token)
        }
        _ = try frame.checked()
    }

    /// Runs on the event loop when the connection has become usable, before anything else is written.
    private static func subscribeAgain(
        _ channels: [String],
        on driver: LinkDriver,
        _ logger: Logger,
        _ emit: @escaping @Sendable (RedisSubscriberEvent) -> Void
    ) {
        let hasGap = driver.hasGap
        guard !channels.isEmpty else {
            if hasGap { emit(.reconnected) }
            return
        }
        for part in channels.chunks(ofCount: channelsPerCommand) {
            let isLast = part.endIndex == channels.count
            let waiter = Waiter.callback { result in
                // A lost connection needs no word: the next one starts over.
                guard case .success(let frame) = result else { return }
                if frame.type.isError { logger.error("Redis refused a subscription", metadata: ["code": "\(frame.serverError.code)"]) }
                if isLast, hasGap { emit(.reconnected) }
            }
            let command = RedisCommand("SUBSCRIBE", arguments: part.map { .string($0) })
            driver.perform([command], answer: .confirmations(part.count), waiter: waiter)
        }
    }
}
