import API
import GameRules
import NIOCore
import Platform

/// Why a published message reaches no socket; a value of the metric's label `reason`.
enum DropReason: String, Sendable, CaseIterable, Error {
    /// No JSON object of a known form.
    case malformed
    case oversize
    case unknownTopic = "unknown_topic"
    /// A message for its owner only that does not name the owner by number: it must not become everybody's.
    case noOwner = "no_owner"
    /// It waited behind others for a client that is too slow.
    case queueFull = "queue_full"
}

/// A message as it arrives from Redis, in one of the forms of spec 04 §9, made ready for the sockets.
struct PublishedMessage: Sendable, Equatable {
    /// Whose sockets get it.
    enum Audience: Sendable, Equatable {
        case user(UserID)
        case all(except: UserID?)
    }

    /// Its place in a ``ResumeLog``.
    struct Place: Sendable, Equatable {
        let epoch: String
        let offset: Int64
    }

    /// Largest message accepted, bytes; its place in a log comes on top.
    static let maximumLength = 65_536
    private static let placeLength = 64

    let audience: Audience
    let channel: RealtimeChannel
    /// What it tells, one of a few names.
    let type: String
    let queueing: OutboundClass
    /// When it was published, Unix milliseconds; 0 unknown.
    let publishedAt: Int64
    let place: Place?
    /// The object sent to clients as `data`.
    let data: ByteBuffer

    init(topic: String, payload: ByteBuffer) throws(DropReason) {
        guard payload.readableBytes <= Self.maximumLength + Self.placeLength else { throw .oversize }
        if topic.hasPrefix("ws:user:") {
            guard let user = UserID(String(topic.dropFirst(8))) else { throw .unknownTopic }
            self = try PublishedMessage(personal: MessageMembers(payload, isShared: false), of: user)
        } else {
            guard let topic = SharedTopic(topic: topic) else { throw .unknownTopic }
            self = try PublishedMessage(shared: MessageMembers(payload, isShared: true), topic)
        }
        guard frameLength <= Self.maximumLength else { throw .oversize }
    }

    /// A message made on this node, for one user.
    init(local data: ByteBuffer, channel: RealtimeChannel, to user: UserID) {
        audience = .user(user)
        self.channel = channel
        type = channel == .mining ? "hashrate_update" : "stats_update"
        queueing = .replaceable(ReplaceKey(type: type))
        publishedAt = 0
        place = nil
        self.data = data
    }

    /// Forms P and N.
    private init(personal members: MessageMembers, of user: UserID) throws(DropReason) {
        guard let content = members.data else { throw .malformed }
        if let event = members.event {
            var json = JSONWriter(capacity: content.readableBytes + 64)
            json.beginObject()
            json.name("type")
            json.string(event)
            json.name("payload")
            json.raw(content)
            json.endObject()
            (channel, type, data) = (.notifications, event, json.buffer)
            queueing = OutboundClass(personal: event, data: content)
        } else {
            guard let channel = members.channel.flatMap(RealtimeChannel.init(rawValue:)), let type = members.dataType else {
                throw .malformed
            }
            (self.channel, self.type, data) = (channel, type, content)
            queueing = OutboundClass(personal: type, data: content)
        }
        audience = .user(user)
        publishedAt = members.at
        place = members.place
    }

    private init(shared members: MessageMembers, _ topic: SharedTopic) throws(DropReason) {
        guard let channel = RealtimeChannel(rawValue: topic.channel.description) else { throw .unknownTopic }
        self.channel = channel
        type = topic.rawValue
        data = members.object(type: type)
        publishedAt = members.at
        place = members.place
        if topic.audience != .all, members.user != nil || topic.audience == .owner {
            guard let owner = members.user?.id else { throw .noOwner }
            audience = .user(owner)
            queueing = OutboundClass(personal: type, data: data)
        } else {
            let excepted = members.excepted
            guard excepted == nil || excepted?.id != nil else { throw .malformed }
            audience = .all(except: excepted?.id)
            queueing = OutboundClass(broadcast: type, data: data)
        }
    }

    private var frameLength: Int { data.readableBytes + channel.rawValue.utf8.count + 23 }

    /// The text of the frame sent to sockets: `{"channel":…,"data":{…}}`.
    /// - Parameter members: what stands between the two, for clients that resume; ends with a comma.
    func frameText(_ members: String = "") -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: frameLength + members.utf8.count + 14)
        buffer.writeStaticString(#"{"channel":""#)
        buffer.writeString(channel.rawValue)
        buffer.writeStaticString(#"","#)
        buffer.writeString(members)
        buffer.writeStaticString(#""data":"#)
        buffer.writeImmutableBuffer(data)
        buffer.writeStaticString("}")
        return buffer
    }
}

extension OutboundClass {
    private static let figures: Set<String> = [
        "stats_update", "hashrate_update", "worker_status", "leaderboard_update", "match_update", "unread_count",
    ]

    /// The class of a message to one user.
    init(personal type: String, data: ByteBuffer) {
        if type == "share_submitted" {
            self = .share
        } else {
            self = Self.figures.contains(type) ? .replaceable(ReplaceKey(type, data)) : .kept
        }
    }

    /// The class of a message to everybody.
    init(broadcast type: String, data: ByteBuffer) {
        self = Self.figures.contains(type) ? .replaceable(ReplaceKey(type, data)) : .broadcast
    }
}

extension ReplaceKey {
    /// The key of a message by the members that tell what it is about.
    init(_ type: String, _ data: ByteBuffer) {
        self.type = type
        let names: [String] =
            switch type {
            case "worker_status": ["worker"]
            case "leaderboard_update": ["scope", "period", "period_key"]
            case "match_update": ["match_id"]
            default: []
            }
        guard !names.isEmpty, let members = try? JSONParser(maximumDepth: 16).parse(data.readableBytesView) else { return }
        var subject = ""
        for name in names {
            if let text = members[name]?.stringValue { subject += text } else if let id = members[name]?.int64Value { subject += "\(id)" }
            subject += "\n"
        }
        self.subject = subject
    }
}
