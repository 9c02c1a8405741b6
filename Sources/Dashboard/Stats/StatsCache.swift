import GameRules
import NIOCore
import Redis

/// The cached figures in Redis (spec 04 §3): `cache:dash:{user}` holds a body, `cache:dashh:{user}:{hour}` the sums of past hours.
struct StatsCache: Sendable {
    /// What of an hour just ended may not have been stored yet, seconds.
    private static let ingestDelay: Int64 = 60

    let redis: RedisClient

    static func key(_ user: UserID) -> String { "cache:dash:\(user)" }
    static func hoursKey(_ user: UserID, _ hour: UTCHour) -> String { "cache:dashh:\(user):\(hour)" }

    // MARK: bodies

    /// - Throws: `RedisError` when Redis is away.
    func stats(of user: UserID) async throws -> CachedStats? {
        try await redis.send(RedisCommand("GET", Self.key(user))).buffer.flatMap(CachedStats.init(encoded:))
    }

    /// Those of some users that are there.
    func stats(of users: [UserID]) async throws -> [UserID: CachedStats] {
        try await values(users, Self.key, CachedStats.init(encoded:))
    }

    func keep(_ stats: [UserID: CachedStats]) async throws {
        guard !stats.isEmpty else { return }
        _ = try await redis.pipeline(stats.map { RedisCommand("SET", Self.key($0), $1.encoded, "PX", CachedStats.redisLife) })
    }

    // MARK: hours

    func hours(of users: [UserID], running hour: UTCHour) async throws -> [UserID: HourlySums] {
        try await values(users, { Self.hoursKey($0, hour) }, HourlySums.init(encoded:))
    }

    /// Keeps sums until the hour ends; those read in its first minute, which may still grow, until that minute ends.
    func keep(_ hours: [UserID: HourlySums], running hour: UTCHour, at now: Instant) async throws {
        guard !hours.isEmpty else { return }
        let settled = hour.start.adding(seconds: Self.ingestDelay)
        let life = Int(max(1, (now < settled ? settled : hour.end).milliseconds(since: now)))
        _ = try await redis.pipeline(hours.map { RedisCommand("SET", Self.hoursKey($0, hour), $1.encoded, "PX", life) })
    }

    private func values<Value>(
        _ users: [UserID],
        _ key: (UserID) -> String,
        _ decode: (ByteBuffer) -> Value?
    ) async throws -> [UserID: Value] {
        guard !users.isEmpty else { return [:] }
        let found = try await redis.send(RedisCommand("MGET", arguments: users.map { .string(key($0)) })).array ?? []
        return zip(users, found).reduce(into: [:]) { $0[$1.0] = $1.1.buffer.flatMap(decode) }
    }
}
