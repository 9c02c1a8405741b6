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

    private(set) var channels = ChannelSet()
    private var budget = FrameBudget()

    /// - Parameter now: milliseconds of a clock that does not jump.
    mutating func received(_ text: some Collection<UInt8>, now: Int64) -> Action {
        if let refusal = charge(now) { return refusal }
        return answer(ClientFrame(text: text))
    }

    /// Binary frames are no JSON.
    mutating func receivedBinary(now: Int64) -> Action {
        if let refusal = charge(now) { return refusal }
        return answer(.faulty(.invalidJSON))
    }

    private mutating func charge(_ now: Int64) -> Action? {
        switch budget.charge(now) {
        case .granted: nil
        case .refused: .reply([Self.error(.rateLimited)])
        case .ignored: .reply([])
        case .exhausted: .closeTooMany
        }
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
