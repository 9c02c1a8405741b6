import Testing

@testable import Feed

/// Spec 04 §7.3 and §12.8.
@Suite("Socket session")
struct SocketSessionTests {
    private func replies(_ frames: [String]) -> [String] {
        var session = SocketSession()
        return frames.flatMap { frame -> [String] in
            switch session.received(Array(frame.utf8), now: 0) {
            case .reply(let texts): return texts
            case .subscribed(let channels, resume: nil): return channels.map { #"{"type":"subscribed","channel":"\#($0.rawValue)"}"# }
            case .subscribed(let channels, let resume?): return channels.map { "\($0) \(resume)" }
            case .unsubscribed(let channels): return channels.map { #"{"type":"unsubscribed","channel":"\#($0.rawValue)"}"# }
            case .closeTooMany: return ["closed"]
            }
        }
    }

    @Test("Subscribing is acknowledged with exactly two members, every time")
    func subscribe() {
        let frame = #"{"action":"subscribe","channel":"mining"}"#
        #expect(replies([frame, frame]) == Array(repeating: #"{"type":"subscribed","channel":"mining"}"#, count: 2))
    }

    @Test("Several channels in one frame are acknowledged one by one, in order")
    func severalChannels() {
        #expect(
            replies([#"{"action":"subscribe","channels":["dashboard","mining"]}"#]) == [
                #"{"type":"subscribed","channel":"dashboard"}"#, #"{"type":"subscribed","channel":"mining"}"#,
            ]
        )
    }

    @Test("Unsubscribing is acknowledged even when not subscribed")
    func unsubscribe() {
        #expect(replies([#"{"action":"unsubscribe","channel":"competition"}"#]) == [#"{"type":"unsubscribed","channel":"competition"}"#])
    }

    @Test("A ping is answered with a pong and nothing else")
    func ping() {
        #expect(replies([#"{"action":"ping","x":1}"#]) == [#"{"type":"pong"}"#])
    }

    @Test(
        "A faulty frame is answered and the session goes on",
        arguments: [
            ("not json", "Invalid JSON", "invalid_json"), ("[]", "Invalid JSON", "invalid_json"),
            ("{}", "Unknown action: ", "unknown_action"),
            (#"{"action":"explode"}"#, "Unknown action: explode", "unknown_action"),
            (#"{"action":"subscribe","channel":"nonexistent"}"#, "Invalid channel: nonexistent", "invalid_channel"),
            (#"{"action":"subscribe","channel":5}"#, "Invalid channel: ", "invalid_channel"),
        ]
    )
    func faults(frame: String, message: String, code: String) {
        #expect(
            replies([frame, #"{"action":"ping"}"#]) == [
                #"{"type":"error","message":"\#(message)","code":"\#(code)"}"#, #"{"type":"pong"}"#,
            ]
        )
    }

    @Test("Echoed names lose their controls and everything beyond 32 characters")
    func presentable() {
        let name = "a\\u0007b" + String(repeating: "x", count: 50)
        let expected = "ab" + String(repeating: "x", count: 30)
        #expect(
            replies([#"{"action":"\#(name)"}"#]) == [#"{"type":"error","message":"Unknown action: \#(expected)","code":"unknown_action"}"#]
        )
    }

    @Test("a client that wants to resume says so, and a position nobody has sent is a gap")
    func resume() {
        let position = ResumePosition(epoch: "0a.1b", offset: "7.0")
        let wishes: [(String, ResumeWish?)] = [
            ("true", .start), (#"{"epoch":"0a.1b","offset":"7.0"}"#, .from(position)), (#"{"epoch":"0a","offset":"7"}"#, .from(nil)),
            ("{}", .from(nil)), (#"{"epoch":"0a.1b","offset":"-1.0"}"#, .from(nil)), ("false", nil), ("null", nil), ("5", nil),
        ]
        #expect(position != nil)
        for (text, wish) in wishes {
            var session = SocketSession()
            let frame = #"{"action":"subscribe","channel":"mining","resume":\#(text)}"#
            #expect(session.received(Array(frame.utf8), now: 0) == .subscribed([.mining], resume: wish), "\(text)")
        }
    }

    @Test("4 KiB is read, one byte more is too large")
    func size() {
        let padding = 4096 - #"{"action":"ping","p":""}"#.utf8.count
        #expect(replies([#"{"action":"ping","p":"\#(String(repeating: "p", count: padding))"}"#]) == [#"{"type":"pong"}"#])
        #expect(
            replies([#"{"action":"ping","p":"\#(String(repeating: "p", count: padding + 1))"}"#]) == [
                #"{"type":"error","message":"Message too large","code":"too_large"}"#
            ]
        )
    }

    @Test("The 61st frame of a minute is refused once, later ones silently, and the third such minute closes")
    func budget() {
        var session = SocketSession()
        let ping = Array(#"{"action":"ping"}"#.utf8)
        for minute in 0..<3 {
            let now = Int64(minute) * 60_000
            for _ in 0..<60 { #expect(session.received(ping, now: now) == .reply([#"{"type":"pong"}"#])) }
            let refused = session.received(ping, now: now)
            if minute == 2 {
                #expect(refused == .closeTooMany)
            } else {
                #expect(refused == .reply([#"{"type":"error","message":"Too many messages","code":"rate_limited"}"#]))
                #expect(session.receivedBinary(now: now + 2) == .reply([]))
            }
        }
    }
}
