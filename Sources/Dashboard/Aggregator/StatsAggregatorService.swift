import GameRules
package import Platform
import ServiceLifecycle

/// Gives every slice of the users its turn, one after the other.
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
                var last = Self.turn(at: clock.now())
                while (try? await Task.sleep(for: untilNextTurn)) != nil {
                    let now = clock.now()
                    // A timer may be early, and a busy machine late: no turn is taken twice or left out.
                    for turn in Self.due(since: last, at: now) {
                        group.addTask { await aggregator.turn(of: turn % StatsAggregator.slices, at: now) }
                        last = turn
                    }
                }
                group.cancelAll()
            }
        }
    }

    private var untilNextTurn: Duration {
        // A clock that stands still at the end of a turn is not asked without pause.
        let length = 1_000 * StatsAggregator.turnMilliseconds
        return .microseconds(max(10_000, length - clock.now().microsecondsSinceUnixEpoch % length))
    }

    /// The number of the turn that an instant lies in.
    static func turn(at now: Instant) -> Int64 { now.millisecondsSinceUnixEpoch / StatsAggregator.turnMilliseconds }

    /// The turns that have begun since the last one, every slice at most once. A clock set back starts anew.
    static func due(since last: Int64, at now: Instant) -> [Int64] {
        let turn = turn(at: now)
        guard turn != last else { return [] }
        guard turn > last else { return [turn] }
        return Array(max(last + 1, turn - StatsAggregator.slices + 1)...turn)
    }
}
