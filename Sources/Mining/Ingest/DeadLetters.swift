import Algorithms
import API
import Foundation
package import GameRules
import NIOCore
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

    /// Letters written by one call: Redis answers nobody else meanwhile.
    private static let atOnce = 100

    /// Acknowledges each entry and writes its letter in the same step, and only if nobody has acknowledged it before: of two consumers that
    /// give up the same entry one writes.
    private static let script = RedisScript(
        """
        for i = 4, #ARGV, 5 do
            if redis.call('XACK', KEYS[1], ARGV[1], ARGV[i]) == 1 then
                redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'reason', ARGV[i + 1], 'detail', ARGV[i + 2], 'stream', KEYS[1],
                           'entry_id', ARGV[i], 'deliveries', ARGV[i + 3], 'raw', ARGV[i + 4], 'at', ARGV[3])
            end
        end
        """
    )

    /// Moves pending entries of a group out of its way. Safe to repeat.
    package func keep(_ dead: [DeadEntry], of stream: String, group: String) async throws {
        let head: [RedisArgument] = [.string(group), .integer(Self.cap), .string(now().rfc3339)]
        for some in dead.chunks(ofCount: Self.atOnce) {
            let letters = some.flatMap { letter -> [RedisArgument] in
                [
                    .string(letter.entry.id.description), .string(letter.reason), .string(letter.detail), .integer(letter.deliveries),
                    .string(Self.raw(letter.entry)),
                ]
            }
            _ = try await redis.evaluate(Self.script, keys: [stream, "\(stream):dead"], arguments: head + letters)
        }
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
