import API
import Foundation
import GameRules
package import NIOCore
import Platform
package import Redis

/// An event in canonical form, ready for every place the collector sends it to (spec 03a §4.3, §4.4).
package struct EventRecord: Sendable, Equatable {
    /// Event name.
    package var name: String
    package var envelope: EventEnvelope
    /// The canonical payload.
    package var data: JSONObjectText

    package init(name: String, envelope: EventEnvelope, data: JSONObjectText) {
        self.name = name
        self.envelope = envelope
        self.data = data
    }

    /// The event of a datagram.
    package init(_ datagram: ParsedDatagram) {
        self.init(name: datagram.name, envelope: datagram.envelope, data: datagram.members)
    }

    /// What the event is, if readers know it.
    package var kind: EventKind? { EventKind(rawValue: name) }

    /// Whether the event must not wait behind shares.
    package var isCritical: Bool { kind?.isCritical ?? false }

    /// Appends the event to a stream. Streams are trimmed by their readers, that of unknown events here.
    package func command(appendingTo stream: String) -> RedisCommand {
        .xadd(
            stream,
            trim: stream == EventKind.unknownStream ? .approximateLength(10_000) : nil,
            fields: [
                ("v", .integer(Int(EventEnvelope.version))),
                ("event_id", .string(envelope.id.text)),
                ("event", .string(name)),
                ("ts", .string(envelope.time.decimalSeconds)),
                ("recv", .string(envelope.receivedAt.decimalSeconds)),
                ("source", .string(envelope.source.rawValue)),
                ("region", .string(envelope.region)),
                ("data", .buffer(data.buffer)),
            ]
        )
    }

    /// The event as one JSON object with everything about it: what the spool keeps and `blocks:found` announces.
    package var json: ByteBuffer {
        var writer = JSONWriter(capacity: data.buffer.readableBytes + 256)
        writer.beginObject()
        writer.name("v")
        writer.integer(EventEnvelope.version)
        writer.name("event_id")
        writer.string(envelope.id.text)
        writer.name("event")
        writer.string(name)
        writer.name("ts")
        writer.raw(envelope.time.decimalSeconds.utf8)
        writer.name("recv")
        writer.raw(envelope.receivedAt.decimalSeconds.utf8)
        if envelope.isTimeFixed {
            writer.name("ts_fixed")
            writer.bool(true)
        }
        writer.name("source")
        writer.string(envelope.source.rawValue)
        writer.name("region")
        writer.string(envelope.region)
        writer.name("data")
        writer.raw(data.buffer)
        writer.endObject()
        return writer.buffer
    }

    /// Reads back what ``json`` wrote; nil for anything else.
    package init?(json: some Collection<UInt8>) {
        guard let object = try? JSONParser().parse(json).objectValue,
            let id = object["event_id"]?.stringValue.flatMap({ EventID.parse($0) }), let name = object["event"]?.stringValue,
            let time = object["ts"]?.doubleValue.flatMap(Instant.init(unixSeconds:)),
            let receivedAt = object["recv"]?.doubleValue.flatMap(Instant.init(unixSeconds:)), let data = object["data"]?.objectValue
        else { return nil }
        var envelope = EventEnvelope(id: id, time: time, receivedAt: receivedAt)
        envelope.isTimeFixed = object["ts_fixed"]?.boolValue ?? false
        envelope.source = object["source"]?.stringValue.flatMap(EventSource.init(rawValue:)) ?? .hosted
        envelope.region = object["region"]?.stringValue ?? EventEnvelope.defaultRegion
        self.init(name: name, envelope: envelope, data: JSONObjectText(data))
    }
}
