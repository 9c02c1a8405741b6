import Metrics
import Synchronization
import WebSockets

/// What happens to sockets and to the messages for them, as metrics (spec 11 §8).
final class SocketMetrics: Sendable {
    private struct Kind: Hashable {
        let channel: RealtimeChannel
        let type: String
    }

    /// Codes that tell something. A client may close with any of thousands, which are one series.
    private static let closeCodes: Set<UInt16> = [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 4001, 4008, 4029]

    private let factory = MetricsSystem.factory
    private let dropped: [DropReason: Counter]
    private let delivery: [RealtimeChannel: Timer]
    private let subscriptions: [RealtimeChannel: Meter]
    private let sent = Mutex<[Kind: Counter]>([:])

    init() {
        dropped = Self.each { Counter(label: "tbg_ws_messages_dropped_total", dimensions: [("reason", $0.rawValue)]) }
        delivery = Self.each { Timer(label: "tbg_ws_delivery_seconds", dimensions: [("channel", $0.rawValue)]) }
        subscriptions = Self.each { Meter(label: "tbg_ws_subscriptions", dimensions: [("channel", $0.rawValue)]) }
    }

    private static func each<Key: Hashable & CaseIterable, Value>(_ make: (Key) -> Value) -> [Key: Value] {
        Dictionary(uniqueKeysWithValues: Key.allCases.map { ($0, make($0)) })
    }

    /// Messages that did not reach a socket.
    func drop(_ reason: DropReason, _ count: Int = 1) { dropped[reason]?.increment(by: count) }

    /// A message has been written to so many sockets, or waits for them.
    func sent(_ message: PublishedMessage, to sockets: Int) {
        guard sockets > 0 else { return }
        let kind = Kind(channel: message.channel, type: message.type)
        let counter = sent.withLock { counters in
            if let counter = counters[kind] { return counter }
            let dimensions = [("channel", kind.channel.rawValue), ("event_type", kind.type)]
            let counter = Counter(label: "tbg_ws_messages_sent_total", dimensions: dimensions, factory: factory)
            counters[kind] = counter
            return counter
        }
        counter.increment(by: sockets)
    }

    /// A message has been written to so many sockets, so long after its publication.
    func delivered(_ channel: RealtimeChannel, to sockets: Int, milliseconds: Int64) {
        guard let timer = delivery[channel] else { return }
        for _ in 0..<sockets { timer.recordMilliseconds(max(0, milliseconds)) }
    }

    /// A socket listens to other channels than before.
    func subscribed(from before: ChannelSet, to after: ChannelSet) {
        guard before != after else { return }
        for channel in RealtimeChannel.allCases where before.contains(channel) != after.contains(channel) {
            after.contains(channel) ? subscriptions[channel]?.increment() : subscriptions[channel]?.decrement()
        }
    }

    /// A socket is gone.
    func closed(_ code: WebSocketCloseCode) {
        let name = Self.closeCodes.contains(code.rawValue) ? code.description : "other"
        Counter(label: "tbg_ws_closes_total", dimensions: [("code", name)], factory: factory).increment()
    }
}
