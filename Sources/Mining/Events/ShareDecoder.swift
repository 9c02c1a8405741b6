import API
package import Bitcoin
import Foundation
package import GameRules
package import Redis

/// Decodes share entries at the rate of the whole pool.
///
/// Entries of the collector are read straight from their bytes, without a tree; user names seen before are not parsed again. Anything
/// out of the ordinary goes to ``EntryDecoder``, which finds the same share or names the fault.
package struct ShareDecoder {
    private let general: EntryDecoder
    private var users: StratumUserCache

    /// - Parameter network: whose addresses count.
    package init(network: BitcoinNetwork) {
        general = EntryDecoder(network: network)
        users = StratumUserCache(network: network)
    }

    /// Decodes and checks one entry of a share stream. See ``EntryDecoder/decode(_:id:stream:now:)``.
    package mutating func decode(
        _ fields: some EntryFields,
        id: StreamID,
        stream: String,
        now: Instant
    ) throws(EventRejection) -> ShareEvent {
        if let event = decodeDirectly(fields, id: id, now: now) { return event }
        let event = try general.decode(fields, id: id, stream: stream, now: now)
        guard case .shareSubmitted(let share) = event.payload else { throw .bad("event") }
        return ShareEvent(envelope: event.envelope, share: share)
    }

    /// The share of an entry in the collector's own form; nil leaves it to the general decoder.
    private mutating func decodeDirectly(_ fields: some EntryFields, id: StreamID, now: Instant) -> ShareEvent? {
        var eventID: UUID?
        var claimed: Instant?
        var receivedAt: Instant?
        var source = EventSource.hosted
        var region = EventEnvelope.defaultRegion
        var share: ShareSubmitted?
        var isOrdinary = true
        fields.forEach { name, value in
            switch name.count {
            case 1 where name.isText("v"): isOrdinary = isOrdinary && value.isText("1")
            case 2 where name.isText("ts"): claimed = PoolTime.parse(value)
            case 4 where name.isText("recv"): receivedAt = PoolTime.parse(value)
            case 4 where name.isText("data"): share = directShare(value)
            case 5 where name.isText("event"): isOrdinary = isOrdinary && value.isText("share_submitted")
            case 6 where name.isText("source"):
                if !value.isText("hosted") { source = EventSource(rawValue: String(decoding: value, as: UTF8.self)) ?? .hosted }
            case 6 where name.isText("region"):
                if !value.isText("eu") { region = String(decoding: value, as: UTF8.self) }
            case 8 where name.isText("event_id"): eventID = EventID.parse(value)
            default: break
            }
        }
        guard isOrdinary, let eventID, let claimed, let receivedAt, let share, EventEnvelope.isRegion(region),
            let time = try? PoolTime.inStream(claimed, entryTime: EntryDecoder.time(of: id), now: now), time == claimed
        else { return nil }
        var envelope = EventEnvelope(id: eventID, time: time, receivedAt: receivedAt)
        envelope.source = source
        envelope.region = region
        return ShareEvent(envelope: envelope, share: share)
    }

    private mutating func directShare(_ data: UnsafeRawBufferPointer) -> ShareSubmitted? {
        var members = ShareMembers()
        guard (try? members.read(data)) != nil, let user = members.user, let worker = members.worker,
            let difficulty = members.difficulty, let achieved = members.achieved,
            PayloadReader.positiveDifficulty.contains(difficulty),
            (members.isAccepted ? PayloadReader.positiveDifficulty : PayloadReader.anyDifficulty).contains(achieved)
        else { return nil }
        var share = ShareSubmitted(user: users.user(user, worker: worker), difficulty: difficulty, achieved: achieved)
        share.isAccepted = members.isAccepted
        share.rejectReason = members.rejectReason
        share.clientID = members.clientID
        share.ip = members.ip
        share.hash = members.hash
        share.nonce = members.nonce
        share.nonce2 = members.nonce2
        return share
    }
}

/// The members of a share as the bytes hold them.
private struct ShareMembers {
    var user: UnsafeRawBufferPointer?
    var worker: UnsafeRawBufferPointer?
    var difficulty: Double?
    var achieved: Double?
    var isAccepted = true
    var rejectReason: String?
    var clientID: Int64?
    var ip: String?
    var hash: String?
    var nonce: String?
    var nonce2: String?

    /// Something the general decoder has to look at.
    private struct Extraordinary: Error {}

    mutating func read(_ data: UnsafeRawBufferPointer) throws {
        var reader = JSONReader(data, maximumDepth: DatagramParser.maximumDepth)
        var seen: UInt16 = 0
        func first(_ bit: UInt16) throws {
            guard seen & (1 << bit) == 0 else { throw Extraordinary() }
            seen |= 1 << bit
        }
        try reader.beginObject()
        while let name = try reader.nextMember() {
            if name.hasEscapes { throw Extraordinary() }
            let bytes = name.escapedBytes
            switch bytes.count {
            case 4 where bytes.isText("user"):
                try first(0)
                user = try plain(&reader)
            case 6 where bytes.isText("worker"):
                try first(1)
                worker = try plain(&reader)
            case 4 where bytes.isText("diff"):
                try first(2)
                difficulty = try reader.readDouble()
            case 5 where bytes.isText("sdiff"):
                try first(3)
                achieved = try reader.readDouble()
            case 8 where bytes.isText("accepted"):
                try first(4)
                isAccepted = try reader.readBool()
            case 9 where bytes.isText("client_id"):
                try first(5)
                let id = try reader.readInt64()
                guard id >= 0 else { throw Extraordinary() }
                clientID = id
            case 2 where bytes.isText("ip"):
                try first(6)
                ip = try text(&reader, count: 1...SessionText.ipCount)
            case 4 where bytes.isText("hash"):
                try first(7)
                hash = try hexadecimal(&reader, count: ShareSubmitted.hashDigits)
            case 5 where bytes.isText("nonce"):
                try first(8)
                nonce = try hexadecimal(&reader, count: ShareSubmitted.nonceDigits)
            case 6 where bytes.isText("nonce2"):
                try first(9)
                nonce2 = try hexadecimal(&reader, count: ShareSubmitted.nonce2Digits)
            case 13 where bytes.isText("reject_reason"):
                try first(10)
                rejectReason = try text(&reader, count: 1...ShareSubmitted.rejectReasonCount)
            case 5 where bytes.isText("ntime"), 6 where bytes.isText("job_id"): _ = try plain(&reader)
            // The general decoder refuses members given twice; here nothing is remembered of those no reader knows.
            default: throw Extraordinary()
            }
        }
        try reader.finish()
    }

    private func plain(_ reader: inout JSONReader) throws -> UnsafeRawBufferPointer {
        let text = try reader.readText()
        guard !text.hasEscapes else { throw Extraordinary() }
        return text.escapedBytes
    }

    private func text(_ reader: inout JSONReader, count: ClosedRange<Int>) throws -> String {
        let bytes = try plain(&reader)
        guard count.contains(bytes.count) else { throw Extraordinary() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func hexadecimal(_ reader: inout JSONReader, count: ClosedRange<Int>) throws -> String {
        let bytes = try plain(&reader)
        guard count.contains(bytes.count), bytes.allSatisfy({ $0.hexadecimalValue != nil && !(0x41...0x46).contains($0) }) else {
            throw Extraordinary()
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
