import Redis

/// The arithmetic of ``RateWindow`` inside Redis, where no other node can come between reading and counting.
enum RateScript {
    /// Reads both windows of every bucket; charges all of them only if each admits. Answers the counts from before.
    static let script = RedisScript(
        """
        local elapsed, window = tonumber(ARGV[1]), tonumber(ARGV[2])
        local counts, admitted = {}, true
        for i = 1, #KEYS, 2 do
            local current = tonumber(redis.call('GET', KEYS[i]) or '0')
            local previous = tonumber(redis.call('GET', KEYS[i + 1]) or '0')
            counts[i], counts[i + 1] = current, previous
            if current + previous * (window - elapsed) / window + 1 > tonumber(ARGV[2 + (i + 1) / 2]) then admitted = false end
        end
        if admitted then
            for i = 1, #KEYS, 2 do
                if redis.call('INCR', KEYS[i]) == 1 then redis.call('PEXPIRE', KEYS[i], 2 * window) end
            end
        end
        return counts
        """
    )

    /// The running and the previous window of each bucket.
    static func keys(_ buckets: [RateBucket], _ now: Int64) -> [String] {
        let index = RateWindow.index(at: now)
        return buckets.flatMap { ["rl:\($0.rateClass):\($0.key):\(index)", "rl:\($0.rateClass):\($0.key):\(index - 1)"] }
    }

    /// Milliseconds into the running window, the window's length, and the limit of each bucket.
    static func arguments(_ buckets: [RateBucket], _ now: Int64) -> [RedisArgument] {
        [.integer(Int(max(0, now % RateWindow.length))), .integer(Int(RateWindow.length))] + buckets.map { .double($0.limit) }
    }
}
