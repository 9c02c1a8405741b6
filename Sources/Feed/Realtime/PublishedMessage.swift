import API
import NIOCore

/// A message as it arrives on a user's topic, form P of spec 04 §9: `{"at":…,"channel":…,"data":{…}}`.
struct PublishedMessage: Sendable, Equatable {
    /// Largest message accepted, bytes.
    static let maximumLength = 65_536

    let channel: RealtimeChannel
    /// When it was published, Unix milliseconds; 0 unknown.
    let publishedAt: Int64
    /// The bytes of `data`, an object with a member `type`, untouched.
    let data: ByteBuffer

    /// - Returns: nil for anything that is not of that form; such messages are counted and skipped.
    init?(payload: ByteBuffer) {
        guard payload.readableBytes <= Self.maximumLength else { return nil }
        var channel: RealtimeChannel?
        var at: Int64 = 0
        var range: Range<Int>?
        let isValid = payload.withUnsafeReadableBytes { bytes -> Bool in
            do throws(JSONError) {
                var reader = JSONReader(bytes, maximumDepth: 16)
                try reader.begin()
                try reader.beginObject()
                while let name = try reader.nextMember() {
                    switch name {
                    case "at": at = try reader.readInt64()
                    case "channel": channel = RealtimeChannel(rawValue: try reader.readString())
                    case "data":
                        guard try reader.peek() == .object else { return false }
                        let start = reader.offset
                        try reader.skipValue()
                        range = start..<reader.offset
                    default: try reader.skipValue()
                    }
                }
                try reader.finish()
                return true
            } catch {
                return false
            }
        }
        guard isValid, let channel, let range, let data = payload.getSlice(at: payload.readerIndex + range.lowerBound, length: range.count)
        else {
            return nil
        }
        self.channel = channel
        self.publishedAt = at
        self.data = data
    }

    /// The text of the frame sent to sockets: `{"channel":…,"data":{…}}`.
    var frameText: ByteBuffer { Self.frameText(channel, data) }

    static func frameText(_ channel: RealtimeChannel, _ data: ByteBuffer) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: data.readableBytes + 48)
        buffer.writeStaticString(#"{"channel":""#)
        buffer.writeString(channel.rawValue)
        buffer.writeStaticString(#"","data":"#)
        buffer.writeImmutableBuffer(data)
        buffer.writeStaticString("}")
        return buffer
    }
}
