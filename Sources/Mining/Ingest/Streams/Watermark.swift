package import GameRules
package import Redis

/// Up to which instant everything that entered the streams is in the database (spec 03a §6.6). Weekly closers wait for it.
package struct Watermark: Sendable {
    /// Streams whose entries decide results.
    static let streams = [EventKind.shareSubmitted, .blockFound, .bestDifficulty].map(\.stream)
    /// Entries may still be on their way from the socket.
    private static let marginSeconds: Int64 = 5
    private static let key = "mining:watermark"

    let redis: RedisClient
    let group: String

    /// The settled instant; nil while a group is missing, which is no time to settle anything.
    func compute(now: Instant) async throws -> Instant? {
        var oldest = now
        for stream in Self.streams {
            guard let unfinished = try await StreamProgress(redis: redis, group: group).oldestUnfinished(stream) else { return nil }
            if case .entry(let id) = unfinished { oldest = min(oldest, EntryDecoder.time(of: id)) }
        }
        return oldest.adding(seconds: -Self.marginSeconds)
    }

    /// The settled instant as it was last told; nil when nobody has told one.
    package static func published(on redis: RedisClient) async throws -> Instant? {
        try await redis.send(RedisCommand("HGET", key, "settled_through")).string.flatMap { Instant(rfc3339: $0) }
    }

    func publish(_ settled: Instant, now: Instant) async throws {
        try await redis.send(RedisCommand("HSET", Self.key, "settled_through", settled.rfc3339, "updated_at", now.rfc3339))
    }
}

/// How far a group is.
struct StreamProgress: Sendable {
    enum Unfinished: Equatable {
        case nothing
        /// The oldest entry that is pending or not delivered.
        case entry(StreamID)
    }

    let redis: RedisClient
    let group: String

    /// Nil when the stream or the group does not exist.
    func oldestUnfinished(_ stream: String) async throws -> Unfinished? {
        guard let info = try await info(stream) else { return nil }
        if info.pending > 0, let smallest = try await redis.xpending(stream, group: group).smallest { return .entry(smallest) }
        let last = info.lastDeliveredID
        let next = StreamID(milliseconds: last.milliseconds, sequence: last.sequence &+ 1)
        return try await redis.xrange(stream, from: next, count: 1).first.map { .entry($0.id) } ?? .nothing
    }

    /// Nil when the stream or the group does not exist.
    func info(_ stream: String) async throws -> StreamGroupInfo? {
        do {
            return try await redis.xinfoGroups(stream).first { $0.name == group }
        } catch RedisError.server {
            return nil
        }
    }
}
