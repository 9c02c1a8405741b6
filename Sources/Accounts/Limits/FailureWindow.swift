import GameRules
import Platform
import Redis
import Synchronization

/// Counts failures of one subject within a time from the first of them, in Redis for all nodes, and in memory while Redis is away.
///
/// The instants stand in the value and are judged by the service's clock; the expiry in Redis only collects garbage (spec 02 §13).
struct FailureWindow: Sendable {
    /// Failures after which the subject is refused.
    let limit: Int
    let seconds: Int64
    private let keyPrefix: String
    private let redis: RedisClient
    private let local = LocalFailures()

    /// - Parameter keyPrefix: what the Redis keys begin with, colon included.
    init(limit: Int, seconds: Int64, keyPrefix: String, redis: RedisClient) {
        self.limit = limit
        self.seconds = seconds
        self.keyPrefix = keyPrefix
        self.redis = redis
    }

    /// Whole seconds the subject is still refused; nil when it may try.
    func refusal(of subject: String, at now: Instant) async -> Int? {
        let counted: Failures?
        if let values = try? await redis.send(RedisCommand("HMGET", keyPrefix + subject, "count", "since")).array {
            counted = Failures(count: values.first?.string, since: values.last?.string)
        } else {
            counted = local.failures(of: subject)
        }
        guard let counted, counted.count >= limit else { return nil }
        let age = now.millisecondsSinceUnixEpoch - counted.since
        guard (0..<seconds * 1000).contains(age) else { return nil }
        return max(1, Int((seconds * 1000 - age + 999) / 1000))
    }

    /// Counts a failure.
    func note(_ subject: String, at now: Instant) async {
        let arguments: [RedisArgument] = [.integer(Int(now.millisecondsSinceUnixEpoch)), .integer(Int(seconds) * 1000)]
        guard (try? await redis.evaluate(Self.script, keys: [keyPrefix + subject], arguments: arguments)) == nil else { return }
        local.note(subject, at: now.millisecondsSinceUnixEpoch, length: seconds * 1000)
    }

    /// Forgets the failures of subjects.
    func clear(_ subjects: [String]) async {
        local.clear(subjects)
        _ = try? await redis.send(RedisCommand("DEL", arguments: subjects.map { .string(keyPrefix + $0) }))
    }

    /// Counts a use in the same step that looks whether it is one too many; the window then is an allowance.
    /// - Returns: whole seconds to wait; nil when the use was within the limit.
    func take(_ subject: String, at now: Instant) async -> Int? {
        let length = seconds * 1000
        let milliseconds = now.millisecondsSinceUnixEpoch
        let arguments: [RedisArgument] = [.integer(Int(milliseconds)), .integer(Int(length)), .integer(limit)]
        let since: Int64?
        if let answer = try? await redis.evaluate(Self.takeScript, keys: [keyPrefix + subject], arguments: arguments),
            let value = answer.int
        {
            since = value < 0 ? nil : Int64(value)
        } else {
            since = local.take(subject, at: milliseconds, length: length, limit: limit)
        }
        return since.map { max(1, Int((length - (milliseconds - $0) + 999) / 1000)) }
    }

    /// Answers -1 when the use was within the limit, else when the window began.
    private static let takeScript = RedisScript(
        """
        local now, length, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local count = tonumber(redis.call('HGET', KEYS[1], 'count') or '0')
        local since = tonumber(redis.call('HGET', KEYS[1], 'since') or '')
        if not since or now < since or now - since >= length then
            redis.call('HSET', KEYS[1], 'count', 1, 'since', ARGV[1])
        elseif count < limit then
            redis.call('HINCRBY', KEYS[1], 'count', 1)
        else
            return since
        end
        redis.call('PEXPIRE', KEYS[1], length)
        return -1
        """
    )

    private static let script = RedisScript(
        """
        local now, length = tonumber(ARGV[1]), tonumber(ARGV[2])
        local since = tonumber(redis.call('HGET', KEYS[1], 'since') or '')
        if not since or now < since or now - since >= length then
            redis.call('HSET', KEYS[1], 'count', 1, 'since', ARGV[1])
        else
            redis.call('HINCRBY', KEYS[1], 'count', 1)
        end
        redis.call('PEXPIRE', KEYS[1], length)
        return 1
        """
    )
}

/// How often a subject failed, and when that began, Unix milliseconds.
private struct Failures: Sendable {
    var count: Int
    var since: Int64
}

extension Failures {
    init?(count: String?, since: String?) {
        guard let count = count.flatMap(Int.init), let since = since.flatMap(Int64.init) else { return nil }
        self.init(count: count, since: since)
    }
}

/// The node's own counts. Bounded: beyond the bound it starts over, which can only be too lenient.
private final class LocalFailures: Sendable {
    private static let maximumSubjects = 100_000
    private let subjects = Mutex<[String: Failures]>([:])

    func failures(of subject: String) -> Failures? { subjects.withLock { $0[subject] } }

    func clear(_ subjects: [String]) {
        self.subjects.withLock { table in for subject in subjects { table[subject] = nil } }
    }

    /// - Returns: nil when the use was within the limit, else when the window began.
    func take(_ subject: String, at now: Int64, length: Int64, limit: Int) -> Int64? {
        subjects.withLock { subjects in
            if let current = subjects[subject], current.count >= limit, (0..<length).contains(now - current.since) { return current.since }
            Self.note(subject, in: &subjects, at: now, length: length)
            return nil
        }
    }

    func note(_ subject: String, at now: Int64, length: Int64) {
        subjects.withLock { Self.note(subject, in: &$0, at: now, length: length) }
    }

    private static func note(_ subject: String, in subjects: inout [String: Failures], at now: Int64, length: Int64) {
        if subjects.count >= maximumSubjects { subjects.removeAll() }
        let current = subjects[subject] ?? Failures(count: 0, since: now)
        let isOver = !(0..<length).contains(now - current.since)
        subjects[subject] = isOver ? Failures(count: 1, since: now) : Failures(count: current.count + 1, since: current.since)
    }
}
