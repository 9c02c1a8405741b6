package import GameRules
package import Redis

/// Writes what a committed batch changed into Redis: work rings, last activity, counts, ranks (spec 03a §8). Best effort: everything here
/// can be rebuilt from the database, and a failure never fails the batch.
package struct LiveState: Sendable {
    private let redis: RedisClient
    /// A worker nothing has been heard of for so long is off, seconds.
    private let silence: Int64

    package init(redis: RedisClient, silence: Int64 = ShareStore.onlineSeconds) {
        self.redis = redis
        self.silence = silence
    }

    /// Adds the batch's shares, in two round trips.
    package func add(_ shares: [OwnedShare], now: Instant) async throws {
        var users: [String: WorkRing] = [:]
        var workers: [LiveWorker: WorkerActivity] = [:]
        for share in shares {
            let worker = LiveWorker(address: share.address, name: share.workerName)
            workers[worker, default: WorkerActivity(share)].add(share)
            if share.isAccepted { users[share.address, default: WorkRing()].add(work: share.work, at: share.time) }
        }
        guard !workers.isEmpty else { return }
        var calls = users.map { address, ring in Self.add(ring, to: LiveKeys.userRing(address), now: now) }
        for (worker, activity) in workers where activity.accepted > 0 {
            calls.append(Self.add(activity.ring, to: LiveKeys.workerRing(worker.address, worker.name), now: now))
        }
        _ = try await Scripts.run(calls, of: Self.addToRing, on: redis)
        let since = now.adding(seconds: -silence)
        let touched = workers.map { (worker: $0, activity: $1) }
        let states = try await Scripts.run(
            touched.map { $0.activity.touch($0.worker, awakeSince: since) },
            of: WorkerActivity.touch,
            on: redis
        )
        let sets = zip(touched, states).flatMap { $0.activity.sets($0.worker, isOnline: $1.int == 1) }
        if !sets.isEmpty { _ = try await redis.pipeline(sets) }
    }

    /// Raises ranks.
    package func rank(_ bests: [RaisedBest]) async throws {
        guard !bests.isEmpty else { return }
        _ = try await redis.pipeline(
            bests.flatMap { best in
                let key = LiveKeys.rank(best.key.timeframe, best.key.period)
                var commands = [RedisCommand("ZADD", key, "GT", best.new.difficulty, best.key.user.description)]
                if let life = LiveKeys.rankLife(best.key.timeframe) { commands.append(RedisCommand("EXPIRE", key, life)) }
                return commands
            }
        )
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

/// What a batch tells of one worker.
struct WorkerActivity: Sendable {
    let user: UserID
    private(set) var ring = WorkRing()
    private(set) var accepted = 0
    private var rejected = 0
    private var best = 0.0
    /// The latest accepted share.
    private var last: OwnedShare?

    init(_ share: OwnedShare) {
        user = share.userID
    }

    mutating func add(_ share: OwnedShare) {
        guard share.isAccepted else {
            rejected += 1
            return
        }
        accepted += 1
        best = max(best, share.achieved)
        ring.add(work: share.work, at: share.time)
        ring.countShare(at: share.time)
        if share.time > last?.time ?? .unixEpoch { last = share }
    }

    func touch(_ worker: LiveWorker, awakeSince since: Instant) -> RedisCommand {
        Self.touch.call(
            [LiveKeys.worker(worker.address, worker.name)],
            [
                .integer(Int(last?.time.millisecondsSinceUnixEpoch ?? 0)), .string(last?.time.rfc3339 ?? ""),
                .double(last?.difficulty ?? 0),
                .integer(accepted), .integer(rejected), .double(best), .integer(LiveKeys.workerLife),
                .integer(Int(since.millisecondsSinceUnixEpoch)),
            ]
        )
    }

    /// The sets an active worker is in. A rejected share is no sign of life, and a share that comes behind its worker's disconnect does
    /// not bring it back.
    func sets(_ worker: LiveWorker, isOnline: Bool) -> [RedisCommand] {
        guard let last else { return [] }
        let seconds = Int(last.time.secondsSinceUnixEpoch)
        let names = [
            RedisCommand("SADD", LiveKeys.workers(worker.address), worker.name),
            RedisCommand("EXPIRE", LiveKeys.workers(worker.address), LiveKeys.workerLife),
        ]
        guard isOnline else { return names }
        return names + [
            RedisCommand("ZADD", LiveKeys.activeWorkers, "GT", seconds, worker.activeMember),
            RedisCommand("ZADD", LiveKeys.onlineWorkers(user), "GT", seconds, worker.name),
        ]
    }

    /// KEYS hash; ARGV millisecond and text of the last accepted share, its difficulty, accepted, rejected, best, life, millisecond since
    /// when a share is a sign of life. The worker is online unless the share is older or a later disconnect is known. Answers whether it is.
    static let touch = RedisScript(
        """
        local key, ms = KEYS[1], tonumber(ARGV[1])
        if tonumber(ARGV[4]) > 0 then
            if ms >= tonumber(redis.call('HGET', key, 'last_active_ms') or '0') then
                redis.call('HSET', key, 'last_active_ms', ARGV[1], 'last_share', ARGV[2])
            end
            if ms >= tonumber(redis.call('HGET', key, 'diff_ms') or '0') then
                redis.call('HSET', key, 'diff_ms', ARGV[1], 'current_diff', ARGV[3])
            end
            if ms > tonumber(ARGV[8]) and ms >= tonumber(redis.call('HGET', key, 'state_ms') or '0') then
                redis.call('HSET', key, 'state_ms', ARGV[1], 'is_online', '1')
            end
            if tonumber(ARGV[6]) > tonumber(redis.call('HGET', key, 'best_diff') or '0') then
                redis.call('HSET', key, 'best_diff', ARGV[6])
            end
            redis.call('HINCRBY', key, 'valid_shares', ARGV[4])
            redis.call('HINCRBY', key, 'shares_session', ARGV[4])
        end
        if tonumber(ARGV[5]) > 0 then redis.call('HINCRBY', key, 'invalid_shares', ARGV[5]) end
        redis.call('EXPIRE', key, ARGV[7])
        return tonumber(redis.call('HGET', key, 'is_online') or '0')
        """
    )
}
