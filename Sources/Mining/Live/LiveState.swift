package import GameRules
package import Redis

/// Writes what a committed batch changed into Redis: work rings, last activity (spec 03a §8). Best effort: everything here can be
/// rebuilt from the database, and a failure never fails the batch.
package struct LiveState: Sendable {
    private let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// Adds the batch's accepted shares, in one round trip.
    package func add(_ shares: [OwnedShare], now: Instant) async throws {
        var users: [String: WorkRing] = [:]
        var workers: [WorkerName: Activity] = [:]
        for share in shares where share.isAccepted {
            users[share.address, default: WorkRing()].add(work: share.work, at: share.time)
            workers[WorkerName(address: share.address, name: share.workerName), default: Activity(share)].add(share)
        }
        guard !users.isEmpty else { return }
        var calls: [ScriptCall] = []
        for (address, ring) in users { calls.append(ScriptCall(key: LiveKeys.userRing(address), ring: ring)) }
        for (worker, activity) in workers {
            calls.append(ScriptCall(key: LiveKeys.workerRing(worker.address, worker.name), ring: activity.ring))
        }
        try await run(calls, now: now)
        _ = try await redis.pipeline(workers.flatMap { worker, activity in commands(worker, activity) })
    }

    private struct WorkerName: Hashable {
        let address: String
        let name: String
    }

    private struct Activity {
        let user: UserID
        var ring = WorkRing()
        var last: OwnedShare

        init(_ share: OwnedShare) {
            user = share.userID
            last = share
        }

        mutating func add(_ share: OwnedShare) {
            ring.add(work: share.work, at: share.time)
            if share.time > last.time { last = share }
        }
    }

    private struct ScriptCall {
        let key: String
        let ring: WorkRing
    }

    private func run(_ calls: [ScriptCall], now: Instant) async throws {
        let minute = now.secondsSinceUnixEpoch / 60
        let arguments = calls.map { call in
            [RedisArgument.integer(Int(minute))] + call.ring.increments.flatMap { [.string($0.field), .double($0.amount)] }
        }
        // The script's first call of a connection's life may meet a server that has not seen it.
        guard let first = calls.first, let firstArguments = arguments.first else { return }
        try await redis.evaluate(Self.addToRing, keys: [first.key], arguments: firstArguments)
        let rest = zip(calls, arguments).dropFirst().map { Self.addToRing.call([$0.key], $1) }
        if !rest.isEmpty { _ = try await redis.pipeline(Array(rest)) }
    }

    private func commands(_ worker: WorkerName, _ activity: Activity) -> [RedisCommand] {
        let seconds = Int(activity.last.time.secondsSinceUnixEpoch)
        let milliseconds = Int(activity.last.time.millisecondsSinceUnixEpoch)
        return [
            RedisCommand(
                "HSET",
                LiveKeys.worker(worker.address, worker.name),
                "is_online",
                "1",
                "last_share",
                activity.last.time.rfc3339,
                "last_active_ms",
                milliseconds,
                "current_diff",
                activity.last.difficulty
            ),
            RedisCommand("ZADD", LiveKeys.activeWorkers, "GT", seconds, "\(worker.address)|\(worker.name)"),
            RedisCommand("ZADD", LiveKeys.onlineWorkers(activity.user), "GT", seconds, worker.name),
        ]
    }

    /// Adds sums to a ring; once a minute a key, fields nobody reads any more are removed and the life of the key is renewed.
    private static let addToRing = RedisScript(
        """
        local key, minute = KEYS[1], tonumber(ARGV[1])
        for i = 2, #ARGV, 2 do redis.call('HINCRBYFLOAT', key, ARGV[i], ARGV[i + 1]) end
        if redis.call('HGET', key, 'swept') ~= ARGV[1] then
            local oldest = { s = minute * 6 - 36, m = minute - 61, h = math.floor(minute / 60) - 25, n = minute - 61 }
            for _, field in ipairs(redis.call('HKEYS', key)) do
                local limit = oldest[string.sub(field, 1, 1)]
                local bucket = tonumber(string.sub(field, 2))
                if limit and bucket and bucket < limit then redis.call('HDEL', key, field) end
            end
            redis.call('HSET', key, 'swept', ARGV[1])
            redis.call('EXPIRE', key, 90000)
        end
        return 1
        """
    )
}
