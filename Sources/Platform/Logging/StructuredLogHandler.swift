import API
import GameRules
package import Logging
import NIOCore

/// Several members of a line under one metadata key, for lines so frequent that a dictionary of each would cost too much. As text they are
/// `name=value` in the same order. Whoever writes them answers for it that none is secret.
protocol LogMembers: CustomStringConvertible, Sendable {
    func write(to writer: inout JSONWriter)
}

/// One JSON object (or one readable line) an event, with stable member names and nothing secret (spec 01 §8, 11 §16).
///
/// Metadata keys become members; a member whose name speaks of a secret is never written, whatever its value.
package struct StructuredLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let format: Settings.LogFormat
    private let queue: LogQueue
    private let clock: Clock
    private let node: String
    private let version: String

    package init(level: Logger.Level, format: Settings.LogFormat, queue: LogQueue, clock: Clock, node: String, version: String) {
        self.logLevel = level
        self.format = format
        self.queue = queue
        self.clock = clock
        self.node = node
        self.version = version
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var members = event.metadata ?? [:]
        if !metadata.isEmpty { members.merge(metadata) { own, _ in own } }
        if let error = event.error { members["error_kind"] = .string(String(describing: type(of: error))) }
        let line = format == .json ? json(event, members) : console(event, members)
        queue.append(line, isMinor: event.level <= .info)
    }

    private func json(_ event: LogEvent, _ members: Logger.Metadata) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.name("ts")
        writer.string(clock.now().rfc3339)
        writer.name("level")
        writer.string(event.level.rawValue)
        writer.name("msg")
        writer.string(Self.bounded(event.message.description))
        for (name, value) in members.sorted(by: { $0.key < $1.key }) where !Self.isSecret(name) {
            if case .stringConvertible(let item) = value, let group = item as? any LogMembers {
                group.write(to: &writer)
                continue
            }
            writer.name(name)
            Self.write(value, isText: name == "request_id", to: &writer)
        }
        writer.name("node")
        writer.string(node)
        writer.name("version")
        writer.string(version)
        writer.endObject()
        writer.lineBreak()
        return writer.bytes
    }

    private func console(_ event: LogEvent, _ members: Logger.Metadata) -> [UInt8] {
        let details = members.sorted { $0.key < $1.key }.filter { !Self.isSecret($0.key) }.map { name, value in
            if case .stringConvertible(let item) = value, item is any LogMembers { "\(item)" } else { "\(name)=\(value)" }
        }
        let line =
            "\(clock.now().rfc3339) \(event.level.rawValue.uppercased()) \(Self.bounded(event.message.description)) \(details.joined(separator: " "))"
        let safe = line.unicodeScalars.map {
            $0.properties.generalCategory == .control ? "\\u{\(String($0.value, radix: 16))}" : String($0)
        }
        return Array((safe.joined() + "\n").utf8)
    }

    /// Longest text of a line, characters; a longer one is cut, so that no caller can fill the output.
    private static let maximumLength = 16_384

    private static func bounded(_ text: String) -> String {
        text.utf8.count <= maximumLength ? text : text.prefix(maximumLength) + "…"
    }

    /// - Parameter isText: whether digits stay text, because a caller may have chosen them.
    private static func write(_ value: Logger.Metadata.Value, isText: Bool = false, to writer: inout JSONWriter) {
        switch value {
        case .string(let text):
            if !isText, let number = Int64(text), String(number) == text { writer.integer(number) } else { writer.string(bounded(text)) }
        case .stringConvertible(let item as Double):
            writer.double(item)
        case .stringConvertible(let item as Bool):
            writer.bool(item)
        case .stringConvertible(let item):
            if let number = Int64(item.description) { writer.integer(number) } else { writer.string(item.description) }
        case .array(let items):
            writer.beginArray()
            for item in items { write(item, to: &writer) }
            writer.endArray()
        case .dictionary(let items):
            writer.beginObject()
            for (name, item) in items.sorted(by: { $0.key < $1.key }) where !isSecret(name) {
                writer.name(name)
                write(item, to: &writer)
            }
            writer.endObject()
        }
    }

    /// Names under which nothing is ever written (11 §16).
    private static let secretNames: Set<Substring> = [
        "authorization", "token", "signature", "password", "secret", "key", "cookie", "email", "nonce",
    ]

    /// Whether the first or the last word of a name says so; words are joined by `_`.
    static func isSecret(_ name: String) -> Bool {
        let lowered = name.lowercased()
        let underscore = UInt8(ascii: "_")
        guard let first = lowered.utf8.firstIndex(of: underscore), let last = lowered.utf8.lastIndex(of: underscore) else {
            return secretNames.contains(lowered[...])
        }
        return secretNames.contains(lowered[..<first]) || secretNames.contains(lowered[lowered.utf8.index(after: last)...])
    }
}
