import Metrics

/// What happens to published messages, for metrics.
struct MessageCounts: Sendable {
    private let skippedMessages = Counter(label: "tbg_ws_messages_dropped_total", dimensions: [("reason", "malformed")])

    /// A message that could not be read or routed.
    func skipped() { skippedMessages.increment() }
}
