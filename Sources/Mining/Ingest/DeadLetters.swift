import Foundation
package import GameRules
package import Redis

/// Entries that could not be processed, kept for operators in `<stream>:dead` (spec 03a §6.4).
package struct DeadLetters: Sendable {
    /// Newest entries kept a stream.
    package static let cap = 10_000
    /// Bytes of an entry kept.
    private static let rawLimit = 8192

    private let redis: RedisClient
    private let now: @Sendable () -> Instant

    package init(redis: RedisClient, now: @escaping @Sendable () -> Instant) {
        self.redis = redis
        self.now = now
    }

    package func keep(_ dead: [DeadEntry], of stream: String) async throws {
        guard !dead.isEmpty else { return }
        let at = now().rfc3339
        let commands = dead.map { letter in
            RedisCommand(
                "XADD",
                "\(stream):dead",
                "MAXLEN",
                "~",
                Self.cap,
                "*",
                "reason",
                letter.reason,
                "detail",
                letter.detail,
                "stream",
                stream,
                "entry_id",
                letter.entry.id.description,
                "raw",
                Self.raw(letter.entry),
                "at",
                at
            )
        }
        for reply in try await redis.pipeline(commands) { _ = try reply.get() }
    }

    /// The entry's fields as text, or base64 where they are not UTF-8.
    private static func raw(_ entry: StreamEntry) -> String {
        var bytes: [UInt8] = []
        entry.fields.forEach { name, value in
            if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
            bytes += name
            bytes.append(UInt8(ascii: "="))
            bytes += value
        }
        bytes = Array(bytes.prefix(rawLimit))
        return String(validating: bytes, as: UTF8.self) ?? Data(bytes).base64EncodedString()
    }
}
