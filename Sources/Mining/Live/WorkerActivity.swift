import GameRules
import Redis

/// What batches tell of one worker.
struct WorkerActivity: Sendable {
    let user: UserID
    private(set) var ring = WorkRing()
    private(set) var accepted = 0
    private var rejected = 0
    private var best = 0.0
    /// The latest accepted share.
    private(set) var last: OwnedShare?

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
