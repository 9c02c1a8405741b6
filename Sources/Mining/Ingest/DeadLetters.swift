import API
import Foundation
import NIOCore
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
                "deliveries",
                letter.deliveries,
                "raw",
                Self.raw(letter.entry),
                "at",
                at
            )
        }
        for reply in try await redis.pipeline(commands) { _ = try reply.get() }
    }

    /// The entry's fields as a JSON object of texts, so that it can be put back; base64 of the same where a value is not UTF-8.
    private static func raw(_ entry: StreamEntry) -> String {
        var json = JSONWriter()
        var isText = true
        json.beginObject()
        entry.fields.forEach { name, value in
            guard let name = String(validating: name, as: UTF8.self), let value = String(validating: value, as: UTF8.self) else {
                isText = false
                return
            }
            json.name(name)
            json.string(value)
        }
        json.endObject()
        if isText { return String(decoding: Array(json.buffer.readableBytesView.prefix(rawLimit)), as: UTF8.self) }
        var bytes: [UInt8] = []
        entry.fields.forEach { name, value in bytes += Array(name) + [UInt8(ascii: "=")] + Array(value) + [UInt8(ascii: "\n")] }
        return Data(bytes.prefix(rawLimit)).base64EncodedString()
    }

    /// The fields of the entry a letter was; nil where they were cut or are no text.
    static func fields(of letter: StreamEntry) -> [(name: String, value: String)]? {
        guard let raw = letter.fields.string("raw"), let object = try? JSONParser().parse(raw.utf8).objectValue else { return nil }
        return object.compactMap { name, value in value.stringValue.map { (name, $0) } }
    }
}
