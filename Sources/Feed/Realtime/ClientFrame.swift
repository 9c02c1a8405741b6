import API

/// What a client may say on its socket (spec 04 §7.3).
enum ClientFrame: Sendable, Equatable {
    case subscribe([RealtimeChannel], resume: ResumeWish?)
    case unsubscribe([RealtimeChannel])
    case ping
    case faulty(FrameFault)

    /// Longest text looked at, bytes.
    static let maximumLength = 4096
    /// Channels one frame may name.
    private static let maximumChannels = 8

    init(text: some Collection<UInt8>) {
        guard text.count <= Self.maximumLength else {
            self = .faulty(.tooLarge)
            return
        }
        guard let value = try? JSONParser(maximumDepth: 8).parse(text), let members = value.objectValue else {
            self = .faulty(.invalidJSON)
            return
        }
        switch members["action"]?.stringValue ?? "" {
        case "subscribe": self = Self.channels(members).map { .subscribe($0, resume: Self.resume(members["resume"])) }
        case "unsubscribe": self = Self.channels(members).map(ClientFrame.unsubscribe)
        case "ping": self = .ping
        case let action: self = .faulty(.unknownAction(action))
        }
    }

    /// `true`, or an object with the position a client was told last. Anything else asks for nothing.
    private static func resume(_ value: JSONValue?) -> ResumeWish? {
        if value?.boolValue == true { return .start }
        guard let members = value?.objectValue else { return nil }
        guard let epoch = members["epoch"]?.stringValue, let offset = members["offset"]?.stringValue else { return .from(nil) }
        return .from(ResumePosition(epoch: epoch, offset: offset))
    }

    private enum Channels {
        case valid([RealtimeChannel])
        case faulty(FrameFault)

        func map(_ make: ([RealtimeChannel]) -> ClientFrame) -> ClientFrame {
            switch self {
            case .valid(let channels): make(channels)
            case .faulty(let fault): .faulty(fault)
            }
        }
    }

    private static func channels(_ members: JSONObject) -> Channels {
        let values = members["channels"]?.arrayValue ?? [members["channel"] ?? .null]
        guard values.count <= maximumChannels else { return .faulty(.tooLarge) }
        var channels: [RealtimeChannel] = []
        for value in values {
            let name = value.stringValue ?? ""
            guard let channel = RealtimeChannel(rawValue: name) else { return .faulty(.invalidChannel(name)) }
            channels.append(channel)
        }
        return .valid(channels)
    }
}

/// A frame that is answered with an error; the socket stays open.
enum FrameFault: Error, Sendable, Equatable {
    case invalidJSON, tooLarge, rateLimited
    case unknownAction(String)
    case invalidChannel(String)

    var code: StaticString {
        switch self {
        case .invalidJSON: "invalid_json"
        case .tooLarge: "too_large"
        case .rateLimited: "rate_limited"
        case .unknownAction: "unknown_action"
        case .invalidChannel: "invalid_channel"
        }
    }

    var message: String {
        switch self {
        case .invalidJSON: "Invalid JSON"
        case .tooLarge: "Message too large"
        case .rateLimited: "Too many messages"
        case .unknownAction(let name): "Unknown action: \(Self.presentable(name))"
        case .invalidChannel(let name): "Invalid channel: \(Self.presentable(name))"
        }
    }

    /// What a client sent, cut to 32 characters and without controls.
    private static func presentable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(32))
        return String(scalars)
    }
}
