import GameRules
package import Redis

/// Writes what committed batches changed into Redis: work rings, last activity, counts, ranks (spec 03a §8). Best effort: everything here
/// can be rebuilt from the database, and a failure never fails the batch.
package struct LiveState: Sendable {
    private let redis: RedisClient
    /// A worker nothing has been heard of for so long is off, seconds.
    private let silence: Int64

    package init(redis: RedisClient, silence: Int64 = ShareStore.onlineSeconds) {
        self.redis = redis
        self.silence = silence
    }

    /// Writes what one or several batches changed, in few round trips.
    func write(_ delta: LiveDelta, now: Instant) async throws {
        let since = now.adding(seconds: -silence)
        let calls = delta.workers.map { worker, activity in activity.addition(to: worker, awakeSince: since, now: now) }
        _ = try await Scripts.run(calls, of: WorkerActivity.script, on: redis)
        try await raise(delta.bests)
    }

    /// Raises ranks.
    package func rank(_ bests: [RaisedBest]) async throws {
        try await rank(bests.map { (key: $0.key, difficulty: $0.new.difficulty) })
    }

    /// Raises ranks, except those of banned users.
    func rank(_ bests: [(key: BestKey, difficulty: Double)]) async throws {
        var delta = LiveDelta()
        for (key, difficulty) in bests { delta.add(key, difficulty) }
        try await raise(delta.bests)
    }

    private func raise(_ bests: [LiveDelta.Rank: [UserID: Double]]) async throws {
        let calls = bests.map { rank, scores in
            let life = RedisArgument.integer(LiveKeys.rankLife(rank.timeframe) ?? 0)
            let members = scores.flatMap { [RedisArgument.double($0.value), .string($0.key.description)] }
            return Self.raise.call([LiveKeys.rank(rank.timeframe, rank.period), LiveKeys.unranked], [life] + members)
        }
        _ = try await Scripts.run(calls, of: Self.raise, on: redis)
    }

    /// KEYS rank, banned users; ARGV life or 0, then difficulty and user in turn.
    private static let raise = RedisScript(
        """
        for i = 2, #ARGV, 2 do
            if redis.call('SISMEMBER', KEYS[2], ARGV[i + 1]) == 0 then redis.call('ZADD', KEYS[1], 'GT', ARGV[i], ARGV[i + 1]) end
        end
        if ARGV[1] ~= '0' then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
        return 1
        """
    )
}
