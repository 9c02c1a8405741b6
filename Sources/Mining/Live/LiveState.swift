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
        var calls = delta.users.map { address, ring in Self.add(ring, to: LiveKeys.userRing(address), now: now) }
        for (worker, activity) in delta.workers where activity.accepted > 0 {
            calls.append(Self.add(activity.ring, to: LiveKeys.workerRing(worker.address, worker.name), now: now))
        }
        _ = try await Scripts.run(calls, of: Self.addToRing, on: redis)
        let since = now.adding(seconds: -silence)
        let touched = delta.workers.map { (worker: $0, activity: $1) }
        let states = try await Scripts.run(
            touched.map { $0.activity.touch($0.worker, awakeSince: since) },
            of: WorkerActivity.touch,
            on: redis
        )
        let sets = Self.sets(zip(touched, states).map { ($0.worker, $0.activity, isOnline: $1.int == 1) })
        if !sets.isEmpty { _ = try await redis.pipeline(sets) }
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

    /// The sets active workers are in. A rejected share is no sign of life, and a share that comes behind its worker's disconnect does not
    /// bring it back.
    private static func sets(_ workers: [(worker: LiveWorker, activity: WorkerActivity, isOnline: Bool)]) -> [RedisCommand] {
        var active: [RedisArgument] = []
        var online: [UserID: [RedisArgument]] = [:]
        var names: [String: [RedisArgument]] = [:]
        for (worker, activity, isOnline) in workers {
            guard let last = activity.last else { continue }
            names[worker.address, default: []].append(.string(worker.name))
            guard isOnline else { continue }
            let seconds = RedisArgument.integer(Int(last.time.secondsSinceUnixEpoch))
            active += [seconds, .string(worker.activeMember)]
            online[activity.user, default: []] += [seconds, .string(worker.name)]
        }
        var commands: [RedisCommand] = []
        for (address, members) in names {
            let key = LiveKeys.workers(address)
            commands.append(RedisCommand("SADD", arguments: [.string(key)] + members))
            commands.append(RedisCommand("EXPIRE", key, LiveKeys.workerLife))
        }
        guard !active.isEmpty else { return commands }
        commands.append(RedisCommand("ZADD", arguments: [.string(LiveKeys.activeWorkers), "GT"] + active))
        for (user, members) in online {
            commands.append(RedisCommand("ZADD", arguments: [.string(LiveKeys.onlineWorkers(user)), "GT"] + members))
        }
        return commands
    }

    private static func add(_ ring: WorkRing, to key: String, now: Instant) -> RedisCommand {
        let minute = RedisArgument.integer(Int(now.secondsSinceUnixEpoch / 60))
        return addToRing.call([key], [minute] + ring.increments.flatMap { [.string($0.field), .double($0.amount)] })
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
