import Metrics

/// What happens to published messages, for metrics.
struct MessageCounts: Sendable {
    private let dropped: [DropReason: Counter]
    private let delivery: [RealtimeChannel: Timer]

    init() {
        dropped = Dictionary(
            uniqueKeysWithValues: DropReason.allCases.map {
                ($0, Counter(label: "tbg_ws_messages_dropped_total", dimensions: [("reason", $0.rawValue)]))
            }
        )
        delivery = Dictionary(
            uniqueKeysWithValues: RealtimeChannel.allCases.map {
                ($0, Timer(label: "tbg_ws_delivery_seconds", dimensions: [("channel", $0.rawValue)]))
            }
        )
    }

    /// Messages that did not reach a socket.
    func drop(_ reason: DropReason, _ count: Int = 1) { dropped[reason]?.increment(by: count) }

    /// A message has been written to the sockets of a loop, so long after its publication.
    func delivered(_ channel: RealtimeChannel, milliseconds: Int64) { delivery[channel]?.recordMilliseconds(max(0, milliseconds)) }
}
