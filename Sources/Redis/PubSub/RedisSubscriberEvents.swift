import Synchronization

/// A subscriber's events, for one reader. Ends when the subscriber is closed.
public struct RedisSubscriberEvents: AsyncSequence, Sendable {
    /// What a subscriber hears.
    public typealias Element = RedisSubscriberEvent

    /// Counts the events that did not find room.
    final class DropCounter: Sendable {
        private let dropped = Atomic(0)
        func add() { dropped.wrappingAdd(1, ordering: .relaxed) }
        func take() -> Int { dropped.exchange(0, ordering: .relaxed) }
    }

    /// Reads the events.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var events: AsyncStream<RedisSubscriberEvent>.Iterator
        let drops: DropCounter
        var held: RedisSubscriberEvent?

        /// The next event; a ``RedisSubscriberEvent/dropped(_:)`` comes before the first event behind the gap.
        public mutating func next() async -> RedisSubscriberEvent? {
            if let event = held {
                held = nil
                return event
            }
            guard let event = await events.next() else { return nil }
            let dropped = drops.take()
            guard dropped > 0 else { return event }
            held = event
            return .dropped(dropped)
        }
    }

    let stream: AsyncStream<RedisSubscriberEvent>
    let drops: DropCounter

    /// Begins to read; a second reader would take events away from the first.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(events: stream.makeAsyncIterator(), drops: drops)
    }
}
