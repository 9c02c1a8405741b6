import GameRules
package import Logging
import Metrics
import NIOCore
package import Platform
package import Redis

/// Housekeeping by one worker: the watermark every second, figures every five, trimming every thirty (spec 03a §5, §6.6).
package struct StreamKeeper: Sendable {
    private static let tick = Duration.seconds(1)

    private let redis: RedisClient
    private let group: String
    private let lock: KeeperLock
    private let gaps: GapLog
    private let clock: Clock
    private let logger: Logger
    private let counts = ConsumerCounts()

    package init(redis: RedisClient, group: String, consumer: String, gaps: GapLog, clock: Clock, logger: Logger) {
        self.redis = redis
        self.group = group
        self.gaps = gaps
        self.clock = clock
        self.logger = logger
        lock = KeeperLock(redis: redis, holder: consumer, life: .seconds(10))
    }

    /// Keeps until cancelled.
    package func run() async {
        var count = 0
        var trimmer = StreamTrimmer(redis: redis)
        while !Task.isCancelled {
            do {
                if try await lock.hold() { try await keep(tick: count, &trimmer) }
                count += 1
            } catch {
                logger.debug("streams not kept", metadata: ["event": "stream_keeper", "error_kind": "\(type(of: error))"])
            }
            try? await Task.sleep(for: Self.tick)
        }
    }

    private func keep(tick: Int, _ trimmer: inout StreamTrimmer) async throws {
        try await settle(tick: tick)
        if tick % 5 == 0 { try await report() }
        if tick % 30 == 29 { try await trim(&trimmer) }
    }

    /// Nothing settles beyond a gap that is not repaired.
    func settle(tick: Int) async throws {
        let now = clock.now()
        guard var settled = try await Watermark(redis: redis, group: group).compute(now: now) else { return }
        if tick % 10 == 0 {
            if let gap = try await gaps.current() { settled = min(settled, gap.from) } else { try await gaps.settle(settled, now: now) }
        }
        try await Watermark(redis: redis, group: group).publish(settled, now: now)
    }

    private func report() async throws {
        for kind in EventKind.allCases {
            guard let info = try await StreamProgress(redis: redis, group: group).info(kind.stream) else { continue }
            let length = try await redis.xlen(kind.stream)
            let pending = info.pending > 0 ? try await redis.xpending(kind.stream, group: group, count: 1).first : nil
            let labels = [("stream", kind.rawValue), ("group", group)]
            Gauge(label: "tbg_stream_length", dimensions: [("stream", kind.rawValue)]).record(length)
            Gauge(label: "tbg_stream_lag", dimensions: labels).record(info.lag ?? 0)
            Gauge(label: "tbg_stream_pending", dimensions: labels).record(info.pending)
            Gauge(label: "tbg_stream_oldest_pending_seconds", dimensions: labels).record(Double(pending?.idle.nanoseconds ?? 0) / 1e9)
        }
    }

    func trim(_ trimmer: inout StreamTrimmer, limits: (String) -> StreamTrimmer.Limits = StreamTrimmer.Limits.of) async throws {
        for kind in EventKind.allCases {
            guard try await trimmer.trim(kind.stream, limits: limits(kind.stream)) else { continue }
            logger.error("a stream overflowed before it was read", metadata: ["event": "data_gap", "stream": "\(kind.stream)"])
            counts.gap("hard_cap")
            try await gaps.open(now: clock.now())
        }
    }
}
