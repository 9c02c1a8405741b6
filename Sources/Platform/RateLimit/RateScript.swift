import Redis

/// The arithmetic of ``RateWindow`` inside Redis, where no other node can come between reading and counting.
enum RateScript {
    /// Charges every bucket, and takes it all back if one of them refuses: nearly all requests are admitted, and pay for one call less than if
    /// both windows were read first. Answers the counts from before.
    static let script = RedisScript(
        """
        local elapsed, window = tonumber(ARGV[1]), tonumber(ARGV[2])
        local counts, admitted = {}, true
        for i = 1, #KEYS, 2 do
            local current = redis.call('INCR', KEYS[i]) - 1
            if current == 0 then redis.call('PEXPIRE', KEYS[i], 2 * window) end
            local previous = tonumber(redis.call('GET', KEYS[i + 1]) or '0')
            counts[i], counts[i + 1] = current, previous
            if current + previous * (window - elapsed) / window + 1 > tonumber(ARGV[2 + (i + 1) / 2]) then admitted = false end
        end
        if not admitted then
            for i = 1, #KEYS, 2 do
                if redis.call('DECR', KEYS[i]) == 0 then redis.call('DEL', KEYS[i]) end
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
