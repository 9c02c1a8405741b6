import Foundation
import API
import GameRules
import Platform
package import Redis

/// What an operator does with dead letters (spec 03a §6.4): look, read again, throw away.
package struct DeadLetterDesk: Sendable {
    private let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// The dead-letter streams there can be.
    package static let streams = (EventKind.allCases.map(\.stream) + ["mining:socket"]).map { $0 + ":dead" }

    /// One dead letter.
    package struct Letter: Sendable, Equatable {
        package let id: StreamID
        /// Where it lies.
        package let stream: String
        package let reason: String
        package let detail: String
        /// Id of the entry it was, and how often that had been delivered; empty for datagrams.
        package let entryID: String
        package let deliveries: String
        /// RFC 3339.
        package let at: String
        /// The entry or datagram, at most 8 KiB; base64 where it is not UTF-8.
        package let raw: String
    }

    /// Number of letters in each stream that has any.
    package func counts() async throws -> [(stream: String, count: Int)] {
        var counts: [(stream: String, count: Int)] = []
        for stream in Self.streams {
            let count = try await redis.xlen(stream)
            if count > 0 { counts.append((stream, count)) }
        }
        return counts
    }

    /// Letters of one stream, oldest first.
    package func letters(of stream: String, ids: [StreamID] = [], limit: Int = 100) async throws -> [Letter] {
        guard !ids.isEmpty else { return try await redis.xrange(stream, count: limit).map { Self.letter($0, stream) } }
        var letters: [Letter] = []
        for id in ids { letters += try await redis.xrange(stream, from: id, through: id, count: 1).map { Self.letter($0, stream) } }
        return letters
    }

    private static func letter(_ entry: StreamEntry, _ stream: String) -> Letter {
        func field(_ name: StaticString) -> String { entry.fields.string(name) ?? "" }
        return Letter(
            id: entry.id,
            stream: stream,
            reason: field("reason"),
            detail: field("detail"),
            entryID: field("entry_id"),
            deliveries: field("deliveries"),
            at: field("at"),
            raw: field("raw")
        )
    }

    /// What a redrive did.
    package struct Redriven: Sendable, Equatable {
        package var added = 0
        /// Letters that cannot go back: datagrams, and entries cut at 8 KiB.
        package var kept = 0
    }

    /// Puts entries back into their stream with the id of the event they had, and removes the letters. An event without an id of its own keeps
    /// the one it was given from its entry.
    package func redrive(_ stream: String, ids: [StreamID] = []) async throws -> Redriven {
        var outcome = Redriven()
        var last = StreamID.zero
        while true {
            let page = ids.isEmpty ? try await redis.xrange(stream, from: last, count: 500) : try await entries(stream, ids)
            guard let end = page.last?.id else { return outcome }
            last = StreamID(milliseconds: end.milliseconds, sequence: end.sequence &+ 1)
            for entry in page {
                guard let source = Self.source(of: entry, in: stream), let fields = DeadLetters.fields(of: entry) else {
                    outcome.kept += 1
                    continue
                }
                var arguments: [RedisArgument] = [.string(source), "*"]
                if !fields.contains(where: { $0.name == "event_id" }), let entryID = entry.fields.string("entry_id") {
                    arguments += ["event_id", .string(EventID.derived(stream: source, entryID: entryID).text)]
                    if !fields.contains(where: { $0.name == "ts" }), let id = StreamID(entryID) {
                        arguments += ["ts", .string(EntryDecoder.time(of: id).decimalSeconds)]
                    }
                }
                for (name, value) in fields { arguments += [.string(name), .string(value)] }
                // First back into the stream, then out of here: in between it is in both, and counted once.
                try await redis.send(RedisCommand("XADD", arguments: arguments))
                try await redis.xdel(stream, ids: [entry.id])
                outcome.added += 1
            }
            if !ids.isEmpty { return outcome }
        }
    }

    /// Removes letters; all of the stream when no ids are given. Answers how many.
    package func purge(_ stream: String, ids: [StreamID] = []) async throws -> Int {
        guard ids.isEmpty else { return try await redis.xdel(stream, ids: ids) }
        let count = try await redis.xlen(stream)
        try await redis.xtrim(stream, .length(0))
        return count
    }

    private func entries(_ stream: String, _ ids: [StreamID]) async throws -> [StreamEntry] {
        var entries: [StreamEntry] = []
        for id in ids { entries += try await redis.xrange(stream, from: id, through: id, count: 1) }
        return entries
    }

    private static func source(of entry: StreamEntry, in stream: String) -> String? {
        let source = entry.fields.string("stream") ?? String(stream.dropLast(":dead".count))
        return EventKind(stream: source) == nil ? nil : source
    }
}
