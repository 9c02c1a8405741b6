import API
import NIOCore

/// One client's side of the conversation as a value: subscriptions and the inbound budget (spec 04 §7.3).
struct SocketSession: Sendable {
    /// What a frame makes the socket do.
    enum Action: Sendable, Equatable {
        /// Text to send, in order.
        case reply([String])
        /// Channels were subscribed and are to be acknowledged, from the logs if the client resumes.
        case subscribed([RealtimeChannel], resume: ResumeWish?)
        case unsubscribed([RealtimeChannel])
        /// Too many frames too often: close 4029.
        case closeTooMany
    }

    /// Frames a client may send in one window, and how often it may exceed that.
    static let framesPerWindow = 60
    static let windowMilliseconds: Int64 = 60_000
    static let strikes = 3

    private(set) var channels = ChannelSet()
    private var windowStart: Int64
    private var frames = 0
    private var exceeded = 0

    /// - Parameter now: milliseconds of a clock that does not jump.
    init(now: Int64) {
        windowStart = now
    }

    mutating func received(_ text: some Collection<UInt8>, now: Int64) -> Action {
        if let refusal = charge(now) { return refusal }
        return answer(ClientFrame(text: text))
    }

    /// Binary frames are no JSON.
    mutating func receivedBinary(now: Int64) -> Action {
        if let refusal = charge(now) { return refusal }
        return answer(.faulty(.invalidJSON))
    }

    /// The frame beyond the budget is answered once, later ones of the window are ignored, the third such window closes the socket.
    private mutating func charge(_ now: Int64) -> Action? {
        if now - windowStart >= Self.windowMilliseconds {
            windowStart = now
            frames = 0
        }
        frames += 1
        guard frames > Self.framesPerWindow else { return nil }
        guard frames == Self.framesPerWindow + 1 else { return .reply([]) }
        exceeded += 1
        return exceeded >= Self.strikes ? .closeTooMany : .reply([Self.error(.rateLimited)])
    }

    private mutating func answer(_ frame: ClientFrame) -> Action {
        switch frame {
        case .subscribe(let names, let resume):
            for name in names { channels.insert(name) }
            return .subscribed(names, resume: resume)
        case .unsubscribe(let names):
            for name in names { channels.remove(name) }
            return .unsubscribed(names)
        case .ping:
            return .reply([#"{"type":"pong"}"#])
        case .faulty(let fault):
            return .reply([Self.error(fault)])
        }
    }

    private static func error(_ fault: FrameFault) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.name("type")
        json.string("error")
        json.name("message")
        json.string(fault.message)
        json.name("code")
        json.string(fault.code.description)
        json.endObject()
        return String(buffer: json.buffer)
    }
}
