import API
package import Bitcoin
import Foundation
package import GameRules
package import Redis

/// Turns stream entries into events (spec 03a §4.4): those of the collector, and those of other producers, whose payload may stand in
/// `data` or be the fields themselves, everything as text.
package struct EntryDecoder: Sendable {
    private let network: BitcoinNetwork

    /// - Parameter network: whose addresses count.
    package init(network: BitcoinNetwork) {
        self.network = network
    }

    /// Decodes and checks one entry.
    ///
    /// - Parameters:
    ///   - stream: key of the stream, which says what the event is when the entry does not.
    ///   - now: instant against which an entry can be too old.
    package func decode(
        _ fields: some EntryFields,
        id: StreamID,
        stream: String,
        now: Instant
    ) throws(EventRejection) -> MiningEvent {
        var members = JSONObject()
        fields.forEach { name, value in
            members[String(decoding: name, as: UTF8.self)] = .string(String(decoding: value, as: UTF8.self))
        }
        let envelope = try envelope(members, id: id, stream: stream, now: now)
        guard let kind = members["event"]?.stringValue.flatMap(EventKind.init(rawValue:)) ?? EventKind(stream: stream) else {
            throw .bad("event")
        }
        // Only the collector writes when it received an event, and it has normalised the names.
        let names = UserNames(network: network, areCanonical: members["recv"] != nil)
        return MiningEvent(envelope: envelope, payload: try EventPayload(kind, from: try payload(members), names: names))
    }

    /// Decodes an event from its canonical payload, as the raw log keeps it.
    package func decode(_ kind: EventKind, envelope: EventEnvelope, payload: some Collection<UInt8>) throws(EventRejection) -> MiningEvent {
        let reader = PayloadReader(members: try object(payload))
        return MiningEvent(
            envelope: envelope,
            payload: try EventPayload(kind, from: reader, names: UserNames(network: network, areCanonical: true))
        )
    }

    private func payload(_ fields: JSONObject) throws(EventRejection) -> PayloadReader {
        guard let data = fields["data"]?.stringValue else { return PayloadReader(members: fields, acceptsText: true) }
        return PayloadReader(members: try object(data.utf8))
    }

    private func object(_ text: some Collection<UInt8>) throws(EventRejection) -> JSONObject {
        let parser = JSONParser(maximumDepth: DatagramParser.maximumDepth, duplicateMembers: .refused)
        do {
            if let object = try parser.parse(text).objectValue { return object }
        } catch {
            if case .duplicateMember = error { throw .duplicateMember }
            throw .notJSON("data")
        }
        throw .notJSON("data is no object")
    }

    private func envelope(_ fields: JSONObject, id: StreamID, stream: String, now: Instant) throws(EventRejection) -> EventEnvelope {
        if let version = fields["v"]?.stringValue {
            guard let number = Int64(version), number > 0 else { throw .bad("v") }
            guard number <= EventEnvelope.version else { throw .unsupportedVersion }
        }
        let entryTime = Self.time(of: id)
        let claimed = (fields["ts"] ?? fields["timestamp"])?.stringValue.flatMap { PoolTime.parse($0) }
        let time = try PoolTime.inStream(claimed, entryTime: entryTime, now: now)
        let eventID = fields["event_id"]?.stringValue.flatMap { EventID.parse($0) }
        var envelope = EventEnvelope(
            id: eventID ?? EventID.derived(stream: stream, entryID: id.description),
            time: time,
            receivedAt: fields["recv"]?.stringValue.flatMap { PoolTime.parse($0) } ?? entryTime
        )
        envelope.isTimeFixed = time != claimed
        envelope.source = fields["source"]?.stringValue.flatMap(EventSource.init(rawValue:)) ?? .hosted
        if let region = fields["region"]?.stringValue, EventEnvelope.isRegion(region) { envelope.region = region }
        return envelope
    }

    /// The instant in an entry's id.
    static func time(of id: StreamID) -> Instant {
        Instant(millisecondsSinceUnixEpoch: Int64(clamping: id.milliseconds))
    }
}
