import GameRules
import Redis

/// What batches tell of one worker.
struct WorkerActivity: Sendable {
    let user: UserID
    private var ring = WorkRing()
    private var accepted = 0
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
        ring.count(at: share.time)
        if share.time > last?.time ?? .unixEpoch { last = share }
    }

    /// The call that adds it to everything Redis holds of the worker.
    /// - Parameter since: a share no later than this is no sign of life.
    func addition(to worker: LiveWorker, awakeSince since: Instant, now: Instant) -> RedisCommand {
        let seconds = Int(last?.time.secondsSinceUnixEpoch ?? 0)
        return Self.script.call(
            [
                LiveKeys.worker(worker.address, worker.name), LiveKeys.workerRing(worker.address, worker.name),
                LiveKeys.userRing(worker.address), LiveKeys.workers(worker.address), LiveKeys.activeWorkers, LiveKeys.onlineWorkers(user),
            ],
            [
                .integer(Int(last?.time.millisecondsSinceUnixEpoch ?? 0)), .string(last?.time.rfc3339 ?? ""),
                .double(last?.difficulty ?? 0),
                .integer(accepted), .integer(rejected), .double(best), .integer(LiveKeys.workerLife),
                .integer(Int(since.millisecondsSinceUnixEpoch)), .integer(Self.minute(of: user, at: now)), .integer(seconds),
                .string(worker.name), .string(worker.activeMember),
            ] + ring.increments(at: now).flatMap { [RedisArgument.string($0.field), .double($0.amount)] }
        )
    }

    /// The minute at an instant, as it is counted for a user: users' minutes begin at different seconds, so that their rings are not all swept
    /// at once.
    static func minute(of user: UserID, at now: Instant) -> Int { Int((now.secondsSinceUnixEpoch - user.rawValue % 60) / 60) }

    /// KEYS worker's hash, its ring, its user's ring, the user's workers, all active workers, the user's online workers. ARGV millisecond and
    /// text of the last accepted share, its difficulty, accepted, rejected, best, life, millisecond up to which a share is no sign of life,
    /// the user's minute, second of the last share, worker's name, member among active workers; then fields of the ring and their amounts in
    /// turn, counts last.
    ///
    /// Every hash is read and written as a whole, so that a share costs Redis few commands and its log few entries. The worker is online unless
    /// the share is old or a later disconnect is known; a rejected share is no sign of life. Once a minute lives are renewed, and a ring is
    /// packed without the buckets nobody reads any more.
    static let script = RedisScript(
        """
        \(RingFields.functions)

        local call, format, minute = redis.call, string.format, ARGV[9]
        local accepted, rejected = tonumber(ARGV[4]), tonumber(ARGV[5])

        local function sweep(key)
            local now = tonumber(minute)
            local oldest = {
                s = now * 6 - \(WorkRing.Resolution.second.kept), h = math.floor(now / 60) - \(WorkRing.Resolution.hour.kept),
                m = now - \(WorkRing.Resolution.minute.kept), n = now - \(WorkRing.Resolution.minute.kept)
            }
            local entries, sums, fields = readRing(key)
            for letter, limit in pairs(oldest) do entries[letter] = fold(entries[letter], sums[letter], limit, add) end
            call('HSET', key, 'swept', minute)
            writeRing(key, entries, fields)
        end

        -- Answers whether it was the first time in this minute.
        local function addToRing(key, last)
            local fields, sums = { 'swept' }, {}
            for i = 13, last, 2 do fields[#fields + 1] = ARGV[i] end
            local known = call('HMGET', key, unpack(fields))
            for i = 2, #fields do
                sums[2 * i - 3] = fields[i]
                sums[2 * i - 2] = format('%.17g', (known[i] or 0) + ARGV[2 * i + 10])
            end
            if #sums > 0 then call('HSET', key, unpack(sums)) end
            if known[1] == minute then return false end
            sweep(key)
            return true
        end

        local known = call('HMGET', KEYS[1], 'last_active_ms', 'diff_ms', 'state_ms', 'best_diff', 'is_online', 'valid_shares', 'shares_session',
            'invalid_shares')
        local isFirst, values = true, {}
        local function set(field, value)
            values[#values + 1] = field
            values[#values + 1] = value
        end
        if rejected > 0 then set('invalid_shares', format('%.0f', (known[8] or 0) + rejected)) end
        if accepted > 0 then
            local last = #ARGV
            isFirst = addToRing(KEYS[2], last)
            while last > 12 and string.byte(ARGV[last - 1]) == 110 do last = last - 2 end
            addToRing(KEYS[3], last)
            set('valid_shares', format('%.0f', (known[6] or 0) + accepted))
            set('shares_session', format('%.0f', (known[7] or 0) + accepted))
            local ms, isOnline = tonumber(ARGV[1]), known[5] == '1'
            if ms >= tonumber(known[1] or 0) then
                set('last_active_ms', ARGV[1])
                set('last_share', ARGV[2])
            end
            if ms >= tonumber(known[2] or 0) then
                set('diff_ms', ARGV[1])
                set('current_diff', ARGV[3])
            end
            if ms > tonumber(ARGV[8]) and ms >= tonumber(known[3] or 0) then
                set('state_ms', ARGV[1])
                set('is_online', '1')
                isOnline = true
            end
            if tonumber(ARGV[6]) > tonumber(known[4] or 0) then set('best_diff', ARGV[6]) end
            if isFirst then
                call('SADD', KEYS[4], ARGV[11])
                call('EXPIRE', KEYS[4], ARGV[7])
            end
            if isOnline then
                call('ZADD', KEYS[5], 'GT', ARGV[10], ARGV[12])
                call('ZADD', KEYS[6], 'GT', ARGV[10], ARGV[11])
            end
        end
        call('HSET', KEYS[1], unpack(values))
        if isFirst or not (known[6] or known[8]) then call('EXPIRE', KEYS[1], ARGV[7]) end
        return 1
        """
    )
}
