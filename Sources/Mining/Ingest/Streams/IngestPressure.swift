package import Logging
import NIOCore
package import Redis
import Synchronization

/// Whether this deployment is behind with its shares: then share messages are suspended, while hashrates, bests and blocks are still told
/// (spec 03a §6.7).
package final class IngestPressure: Sendable {
    /// Entries behind that count as too many, and for how long.
    static let limit = 10_000
    private static let interval = Duration.seconds(5)
    /// Looks in a row that must find too many: ten seconds.
    private static let patience = 2

    private let behind = Atomic(0)

    package init() {}

    /// Whether messages about single shares are suspended.
    package var isHigh: Bool { behind.load(ordering: .relaxed) >= Self.patience }

    /// Notes one look at the lag; answers whether the state has changed.
    func note(lag: Int) -> Bool {
        let before = isHigh
        behind.store(lag > Self.limit ? behind.load(ordering: .relaxed) + 1 : 0, ordering: .relaxed)
        return before != isHigh
    }

    /// Watches a stream until cancelled.
    package func watch(_ stream: String, group: String, redis: RedisClient, logger: Logger) async {
        let progress = StreamProgress(redis: redis, group: group)
        while !Task.isCancelled {
            if let info = try? await progress.info(stream), note(lag: info.lag ?? 0) {
                let isHigh = isHigh
                logger.warning(
                    "ingest \(isHigh ? "is behind" : "has caught up")",
                    metadata: ["event": "back_pressure", "high": "\(isHigh)"]
                )
            }
            try? await Task.sleep(for: Self.interval)
        }
    }
}
