import DequeModule
import Logging
import Redis
import Synchronization

/// Dead letters on their way into Redis: bounded, in order, repeated until Redis has them. They are worth no spool.
///
/// An idle sink sends at once; under load everything that gathered while a batch was on its way forms the next one.
final class CommandSink: Sendable {
    /// Commands in one round trip.
    private static let batch = 500

    private struct State {
        var commands: Deque<RedisCommand> = []
        var waiter: CheckedContinuation<Void, Never>?
        var isEnding = false
    }

    private let state = Mutex(State())
    private let redis: RedisClient
    private let capacity: Int
    private let logger: Logger

    init(redis: RedisClient, capacity: Int, logger: Logger) {
        self.redis = redis
        self.capacity = capacity
        self.logger = logger
    }

    /// Takes a command; false when the queue is full and the newest is dropped.
    func append(_ command: RedisCommand) -> Bool {
        let (taken, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard state.commands.count < capacity else { return (false, nil) }
            state.commands.append(command)
            defer { state.waiter = nil }
            return (true, state.waiter)
        }
        waiter?.resume()
        return taken
    }

    /// Nothing more will come: ``run()`` returns when the rest is sent.
    func end() {
        let waiter = state.withLock { state in
            state.isEnding = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Sends until the end. A cancelled task gives up what Redis does not take.
    func run() async {
        while let commands = await next() {
            await send(commands)
            if Task.isCancelled { return }
        }
    }

    private func next() async -> [RedisCommand]? {
        await withCheckedContinuation { continuation in
            let mustResume = state.withLock { state in
                guard state.commands.isEmpty, !state.isEnding else { return true }
                state.waiter = continuation
                return false
            }
            if mustResume { continuation.resume() }
        }
        return state.withLock { state in
            guard !state.commands.isEmpty else { return nil }
            let commands = Array(state.commands.prefix(Self.batch))
            state.commands.removeFirst(commands.count)
            return commands
        }
    }

    /// An ambiguous append is repeated: readers recognise the event by its id.
    private func send(_ commands: [RedisCommand]) async {
        var delay = RetryDelay()
        var rest = commands
        while !rest.isEmpty {
            do {
                let replies = try await redis.pipeline(rest)
                rest = zip(rest, replies).compactMap { command, reply in if case .failure = reply { command } else { nil } }
                if rest.isEmpty { return }
            } catch {
                logger.warning("redis does not take events", metadata: ["event": "sink_retry", "error_kind": "\(error)"])
            }
            if Task.isCancelled { return }
            try? await Task.sleep(for: delay.next())
        }
    }
}
