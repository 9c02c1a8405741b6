import API
import GameRules
import NIOCore
import Platform

/// The members of a published message, read in one pass.
struct MessageMembers {
    /// A member that shall name a user.
    struct Recipient {
        /// Nil for anything but a positive whole number.
        let id: UserID?
    }

    private(set) var at: Int64 = 0
    private(set) var channel: String?
    private(set) var event: String?
    private(set) var user: Recipient?
    private(set) var excepted: Recipient?
    /// The bytes of the object `data`, and its `type`.
    private(set) var data: ByteBuffer?
    private(set) var dataType: String?
    private var epoch: String?
    private var offset: Int64?
    /// Members that are the message itself, in order.
    private var others: [(name: String, value: ByteBuffer)] = []

    /// - Parameter isShared: whether the message's members stand beside those that route it, rather than in `data`.
    init(_ payload: ByteBuffer, isShared: Bool) throws(DropReason) {
        do throws(JSONError) {
            try payload.withUnsafeReadableBytes { bytes throws(JSONError) in
                var reader = JSONReader(bytes, maximumDepth: 16)
                try reader.begin()
                try reader.beginObject()
                while let name = try reader.nextMember() {
                    if name == ResumeLog.epochMember {
                        epoch = try reader.readString()
                    } else if name == ResumeLog.offsetMember {
                        offset = try reader.readInt64()
                    } else if name == "at" {
                        at = try reader.readInt64()
                    } else if isShared {
                        try readShared(name, &reader, payload)
                    } else {
                        try readPersonal(name, &reader, payload)
                    }
                }
                try reader.finish()
            }
        } catch {
            throw .malformed
        }
    }

    /// Its place in a log, if it is kept in one.
    var place: PublishedMessage.Place? {
        guard let epoch, let offset else { return nil }
        return PublishedMessage.Place(epoch: epoch, offset: offset)
    }

    /// The members that are the message itself as an object, with its type in front.
    func object(type: String) -> ByteBuffer {
        var json = JSONWriter()
        json.beginObject()
        json.name("type")
        json.string(type)
        for (name, value) in others {
            json.name(name)
            json.raw(value)
        }
        json.endObject()
        return json.buffer
    }

    private mutating func readPersonal(_ name: JSONText, _ reader: inout JSONReader, _ payload: ByteBuffer) throws(JSONError) {
        switch name {
        case "channel": channel = try reader.readString()
        case "event": event = try reader.readString()
        case "data":
            guard try reader.peek() == .object else { return try reader.skipValue() }
            let start = reader.offset
            try reader.beginObject()
            while let member = try reader.nextMember() {
                if member == "type", try reader.peek() == .string { dataType = try reader.readString() } else { try reader.skipValue() }
            }
            data = payload.getSlice(at: payload.readerIndex + start, length: reader.offset - start)
        default: try reader.skipValue()
        }
    }

    private mutating func readShared(_ name: JSONText, _ reader: inout JSONReader, _ payload: ByteBuffer) throws(JSONError) {
        switch name {
        case "user_id": user = try Self.recipient(&reader)
        case "except_user_id": excepted = try Self.recipient(&reader)
        case "type": try reader.skipValue()
        default:
            let text = name.string
            _ = try reader.peek()
            let start = reader.offset
            try reader.skipValue()
            if let value = payload.getSlice(at: payload.readerIndex + start, length: reader.offset - start) { others.append((text, value)) }
        }
    }

    /// A null is no recipient.
    private static func recipient(_ reader: inout JSONReader) throws(JSONError) -> Recipient? {
        if try reader.readNullIfPresent() { return nil }
        guard try reader.peek() == .number else {
            try reader.skipValue()
            return Recipient(id: nil)
        }
        let start = reader
        if let id = try? reader.readInt64() { return Recipient(id: id > 0 ? UserID(id) : nil) }
        reader = start
        try reader.skipValue()
        return Recipient(id: nil)
    }
}
