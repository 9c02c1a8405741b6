import GameRules
package import Platform
import ServiceLifecycle

/// Gives every slice of the users its turn, once a second one of them.
package struct StatsAggregatorService: Service {
    private let aggregator: StatsAggregator
    private let clock: Clock

    package init(aggregator: StatsAggregator, clock: Clock) {
        self.aggregator = aggregator
        self.clock = clock
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                var last = clock.now().secondsSinceUnixEpoch
                while (try? await Task.sleep(for: untilNextSecond)) != nil {
                    let now = clock.now()
                    // A timer may be early, and a busy machine late: no second is taken twice or left out.
                    for second in Self.due(since: last, at: now) {
                        group.addTask { await aggregator.turn(of: second % StatsAggregator.slices, at: now) }
                        last = second
                    }
                }
                group.cancelAll()
            }
        }
    }

    private var untilNextSecond: Duration {
        // A clock that stands still at the end of a second is not asked without pause.
        .microseconds(max(10_000, 1_000_000 - clock.now().microsecondsSinceUnixEpoch % 1_000_000))
    }

    /// The seconds that have begun since the last one, every slice at most once. A clock set back starts anew.
    static func due(since last: Int64, at now: Instant) -> [Int64] {
        let second = now.secondsSinceUnixEpoch
        guard second != last else { return [] }
        guard second > last else { return [second] }
        return Array(max(last + 1, second - StatsAggregator.slices + 1)...second)
    }
}
