import Redis

/// Cuts streams behind what every group has read (spec 03a §5). Some read entries stay, for replay by hand.
struct StreamTrimmer: Sendable {
    /// Read entries kept, and the most entries a stream may hold.
    struct Limits: Sendable, Equatable {
        let kept: Int
        let cap: Int

        static func of(_ stream: String) -> Limits {
            stream == EventKind.shareSubmitted.stream ? Limits(kept: 500_000, cap: 2_000_000) : Limits(kept: 100_000, cap: 200_000)
        }
    }

    private let redis: RedisClient
    private var marks: [String: StreamMarks] = [:]

    init(redis: RedisClient) {
        self.redis = redis
    }

    /// Trims one stream.
    /// - Returns: whether entries were cut that some group had not read.
    mutating func trim(_ stream: String, limits: Limits) async throws -> Bool {
        guard let (info, groups) = try await facts(stream) else { return false }
        marks[stream, default: StreamMarks()].note(added: info.entriesAdded ?? 0, last: info.lastGeneratedID)
        if info.length > limits.kept, let kept = marks[stream]?.id(withBehind: limits.kept),
            let read = try await readByAll(stream, groups)
        {
            try await redis.xtrim(stream, .approximateMinimumID(min(read, kept)))
        }
        guard try await redis.xlen(stream) > limits.cap else { return false }
        try await redis.xtrim(stream, .approximateLength(limits.cap))
        guard let first = try await redis.xrange(stream, count: 1).first?.id, let read = try await readByAll(stream, groups) else {
            return false
        }
        return read < first
    }

    private func facts(_ stream: String) async throws -> (StreamInfo, [StreamGroupInfo])? {
        do {
            return (try await redis.xinfoStream(stream), try await redis.xinfoGroups(stream))
        } catch RedisError.server {
            return nil
        }
    }

    /// The smallest id that some group still needs; nil without groups.
    private func readByAll(_ stream: String, _ groups: [StreamGroupInfo]) async throws -> StreamID? {
        var floor: StreamID?
        for group in groups {
            let last = group.lastDeliveredID
            var needed = StreamID(milliseconds: last.milliseconds, sequence: last.sequence &+ 1)
            if group.pending > 0, let oldest = try await redis.xpending(stream, group: group.name).smallest { needed = min(needed, oldest) }
            floor = min(floor ?? needed, needed)
        }
        return floor
    }
}

/// Where a stream's end was at some moments, and how many entries it had had by then. Tells an id behind which at least so many entries lie,
/// which Redis cannot find without reading them all.
struct StreamMarks: Sendable {
    private static let maximum = 4096
    private var marks: [(added: Int, last: StreamID)] = []

    mutating func note(added: Int, last: StreamID) {
        // A smaller count is another stream of the same name.
        if let newest = marks.last, added < newest.added { marks.removeAll() }
        if marks.last?.added == added { return }
        marks.append((added, last))
        if marks.count > Self.maximum { marks = marks.enumerated().filter { $0.offset % 2 == 0 }.map(\.element) }
    }

    /// The newest known id with at least `count` entries behind it.
    func id(withBehind count: Int) -> StreamID? {
        guard let newest = marks.last?.added else { return nil }
        return marks.last { newest - $0.added >= count }?.last
    }
}
