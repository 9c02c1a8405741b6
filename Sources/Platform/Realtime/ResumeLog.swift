package import GameRules
package import Redis

/// The bounded logs from which a client that asked for it gets what it missed: one for each user and channel, one for each channel of what
/// all users share.
///
/// A log exists only while somebody may come back for it. Publishing looks for it in the same round trip, by a script: without a log the
/// message is published as it is; with one it gets the log's epoch and its own offset as first members and is kept.
package enum ResumeLog {
    /// Messages kept in one log.
    package static let capacity = 2048
    /// A log nobody renews is gone after this time, seconds.
    package static let lifeSeconds = 180
    /// The members a logged message carries in front.
    package static let epochMember: StaticString = "_epoch"
    package static let offsetMember: StaticString = "_offset"

    /// The log of a user's messages on a channel, or of those that all get.
    package static func key(of user: UserID?, channel: String) -> String {
        "ws:log:\(user.map(\.description) ?? "all"):\(channel)"
    }

    /// KEYS: a log for each message. ARGV: topic and message, in pairs.
    static let publish = RedisScript(
        """
        for i, log in ipairs(KEYS) do
          local topic, message = ARGV[2 * i - 1], ARGV[2 * i]
          local epoch = redis.call('HGET', log, 'epoch')
          if epoch then
            local offset = redis.call('HINCRBY', log, 'offset', 1)
            message = '{"_epoch":"' .. epoch .. '","_offset":' .. offset .. ',' .. string.sub(message, 2)
            redis.call('RPUSH', log .. ':messages', topic .. '\\n' .. message)
            redis.call('LTRIM', log .. ':messages', -\(capacity), -1)
            redis.call('EXPIRE', log .. ':messages', \(lifeSeconds))
          end
          redis.call('PUBLISH', topic, message)
        end
        return 0
        """
    )

    /// KEYS: a log. ARGV: the epoch of a new log; epoch and offset of what the client has, or empty texts.
    /// Answers epoch, last offset, 1 if nothing is missing between, and the messages behind the client's offset.
    package static let read = RedisScript(
        """
        redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1])
        redis.call('EXPIRE', KEYS[1], \(lifeSeconds))
        redis.call('EXPIRE', KEYS[1] .. ':messages', \(lifeSeconds))
        local epoch = redis.call('HGET', KEYS[1], 'epoch')
        local last = tonumber(redis.call('HGET', KEYS[1], 'offset') or '0')
        if ARGV[2] == '' then return {epoch, last, 1, {}} end
        local missing = last - tonumber(ARGV[3])
        if ARGV[2] ~= epoch or missing < 0 or missing > redis.call('LLEN', KEYS[1] .. ':messages') then return {epoch, last, 0, {}} end
        if missing == 0 then return {epoch, last, 1, {}} end
        return {epoch, last, 1, redis.call('LRANGE', KEYS[1] .. ':messages', -missing, -1)}
        """
    )
}
