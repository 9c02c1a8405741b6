import API
package import Bitcoin
import Foundation
package import GameRules
package import Platform

/// One event off the pool's socket, checked and in canonical form.
package struct ParsedDatagram: Sendable, Equatable {
    /// Canonical event name, or the pool's own when it is unknown.
    package var name: String
    package var envelope: EventEnvelope
    /// The checked payload; nil for events that are only logged.
    package var payload: EventPayload?
    /// The canonical payload with the members no reader knows.
    package var members: JSONObjectText
    /// Whether the pool gave the event its id.
    package var hasOwnID: Bool
}

/// Turns the bytes of a datagram into an event (spec 03a §4.2). A pure function of bytes, time of receipt and chance.
package struct DatagramParser: Sendable {
    /// Longest datagram that is taken, in bytes.
    package static let maximumByteCount = 65_536
    /// Deepest nesting: envelope, payload and two more.
    static let maximumDepth = 4

    private let network: BitcoinNetwork
    private let random: RandomSource
    private let defaultRegion: String
    private let parser = JSONParser(maximumDepth: DatagramParser.maximumDepth, duplicateMembers: .refused)

    /// - Parameters:
    ///   - network: whose addresses count.
    ///   - random: makes the ids of events that bring none.
    ///   - defaultRegion: region of events that name none.
    package init(network: BitcoinNetwork, random: RandomSource, defaultRegion: String = EventEnvelope.defaultRegion) {
        self.network = network
        self.random = random
        self.defaultRegion = defaultRegion
    }

    /// Parses and checks one datagram.
    package func parse(_ datagram: UnsafeRawBufferPointer, receivedAt: Instant) throws(EventRejection) -> ParsedDatagram {
        let object = try object(in: Self.trimmed(datagram))
        let event = try DialectEvent(object)
        let (envelope, hasOwnID) = try envelope(of: object, receivedAt: receivedAt)
        var members = event.members
        var payload: EventPayload?
        if let kind = EventKind(rawValue: event.name) {
            let reader = PayloadReader(members: members, acceptsText: event.dialect == .flat)
            let checked = try EventPayload(kind, from: reader, names: UserNames(network: network))
            if case .shareSubmitted(let share) = checked, share.isAccepted, case .invalid = share.user.address { throw .badAddress }
            checked.write(to: &members)
            payload = checked
        }
        return ParsedDatagram(
            name: event.name,
            envelope: envelope,
            payload: payload,
            members: JSONObjectText(members),
            hasOwnID: hasOwnID
        )
    }

    // MARK: Steps

    /// A C program may send the terminator of its string, a shell the end of the line.
    private static func trimmed(_ datagram: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var end = datagram.count
        while end > 0, [0, 0x0A, 0x0D].contains(datagram[end - 1]) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: datagram[..<end])
    }

    private func object(in text: UnsafeRawBufferPointer) throws(EventRejection) -> JSONObject {
        let value: JSONValue
        do {
            value = try parser.parse(text)
        } catch {
            switch error {
            case .duplicateMember: throw .duplicateMember
            case .numberOutOfRange: throw .notFinite(MemberFinder.memberThatFails(in: text))
            case .depth: throw .notJSON("too deep")
            case .invalidUTF8: throw .notJSON("not UTF-8")
            default: throw .notJSON("")
            }
        }
        guard let object = value.objectValue else { throw .notJSON("no object") }
        return object
    }

    private func envelope(
        of object: JSONObject,
        receivedAt: Instant
    ) throws(EventRejection) -> (EventEnvelope, hasOwnID: Bool) {
        if let version = object["v"], !version.isNull {
            guard let number = version.int64Value, number > 0 else { throw .bad("v") }
            guard number <= EventEnvelope.version else { throw .unsupportedVersion }
        }
        let own = object["event_id"]?.stringValue.flatMap { EventID.parse($0) }
        let (time, isFixed) = PoolTime.atSocket(Self.instant(object["ts"]) ?? Self.instant(object["timestamp"]), receivedAt: receivedAt)
        var envelope = EventEnvelope(id: own ?? EventID.make(at: receivedAt, random: random), time: time, receivedAt: receivedAt)
        envelope.isTimeFixed = isFixed
        envelope.source = object["source"]?.stringValue.flatMap(EventSource.init(rawValue:)) ?? .hosted
        envelope.region = object["region"]?.stringValue.flatMap { EventEnvelope.isRegion($0) ? $0 : nil } ?? defaultRegion
        return (envelope, own != nil)
    }

    private static func instant(_ value: JSONValue?) -> Instant? {
        switch value {
        case .integer(let seconds): Instant(unixSeconds: Double(seconds))
        case .number(let seconds): Instant(unixSeconds: seconds)
        case .string(let text): PoolTime.parse(text)
        default: nil
        }
    }
}

/// Names the member whose number does not fit, for the operator's sake.
private enum MemberFinder {
    static func memberThatFails(in text: UnsafeRawBufferPointer) -> String? {
        var reader = JSONReader(text, maximumDepth: DatagramParser.maximumDepth)
        var last: String?
        walk(&reader, &last)
        return last
    }

    /// Recursion is bounded by the reader's depth.
    private static func walk(_ reader: inout JSONReader, _ last: inout String?) {
        do {
            try reader.beginObject()
            while let name = try reader.nextMember() {
                last = name.string
                if try reader.peek() == .object {
                    let before = reader.depth
                    walk(&reader, &last)
                    guard reader.depth == before else { return }
                } else {
                    try reader.skipValue()
                }
            }
        } catch {
            return
        }
    }
}
