import API
import Accounts
import GameRules
import NIOCore
import Platform
import Redis
import TestServers
import Testing
import WebSockets

@testable import Feed

/// The resume extension, over real sockets and Redis (docs/events.md).
@Suite("Resuming")
struct ResumeTests {
    private func subscribe(_ socket: WebSocketClientSession, _ resume: String) async throws -> JSONValue {
        socket.client.send(text: #"{"action":"subscribe","channel":"mining","resume":\#(resume)}"#)
        return try await next(socket)
    }

    private func next(_ socket: WebSocketClientSession) async throws -> JSONValue {
        try JSONParser().parse(Array(try #require(await socket.nextText()).utf8))
    }

    private func position(_ frame: JSONValue) -> String {
        #"{"epoch":"\#(frame["epoch"]?.stringValue ?? "")","offset":"\#(frame["offset"]?.stringValue ?? "")"}"#
    }

    private func send(_ rig: HubRig, _ numbers: Range<Int>) async {
        await rig.publisher.send(
            numbers.map { number in
                .init(to: UserID(1), channel: "mining", type: "share_submitted") { json in
                    json.name("n")
                    json.integer(number)
                }
            }
        )
    }

    @Test("a client that loses its connection twice during 1,000 events ends with exactly these, in order, from two nodes")
    func thousand() async throws {
        try await HubRig.runTwo { one, two in
            var numbers: [Int] = []
            var last = "true"
            func take(_ socket: WebSocketClientSession, until count: Int) async throws {
                while numbers.count < count {
                    let frame = try await next(socket)
                    numbers.append(Int(frame["data"]?["n"]?.int64Value ?? -1))
                    last = position(frame)
                }
            }
            let first = try await one.socket(1)
            last = position(try await subscribe(first, last))
            await send(one, 0..<250)
            try await take(first, until: 200)
            first.client.disconnect()
            await send(one, 250..<500)
            one.clock.advance(milliseconds: 30_000)

            let second = try await two.socket(1)
            let acknowledgement = try await subscribe(second, last)
            #expect(acknowledgement["type"]?.stringValue == "subscribed")
            #expect(position(acknowledgement) == last)
            async let sending: Void = send(one, 500..<750)
            try await take(second, until: 600)
            await sending
            second.client.disconnect()
            await send(two, 750..<1000)

            let third = try await one.socket(1)
            _ = try await subscribe(third, last)
            try await take(third, until: 1000)
            #expect(numbers == Array(0..<1000))
        }
    }

    @Test("what is no longer kept, and a position of another time, is a gap the client is told of")
    func gaps() async throws {
        try await HubRig.run { rig in
            let first = try await rig.socket(1)
            let start = position(try await subscribe(first, "true"))
            first.client.disconnect()
            await send(rig, 0..<(ResumeLog.capacity + 1))
            for position in [start, #"{"epoch":"aa.bb","offset":"1.1"}"#, "{}"] {
                let socket = try await rig.socket(1)
                #expect(try await subscribe(socket, position)["type"]?.stringValue == "subscribed")
                let resync = try await next(socket)
                #expect(resync["type"]?.stringValue == "resync")
                #expect(resync["channel"]?.stringValue == "mining")
                #expect(resync["offset"]?.stringValue == "\(ResumeLog.capacity + 1).0")
                socket.client.close()
                await socket.client.waitForEnd()
            }
        }
    }

    @Test("a client that does not ask sees the ordinary frames, even beside one that does")
    func ordinary() async throws {
        try await HubRig.run { rig in
            let resuming = try await rig.socket(1)
            _ = try await subscribe(resuming, "true")
            let plain = try await rig.socket(1, "mining")
            await send(rig, 5..<6)
            #expect(await plain.nextText() == #"{"channel":"mining","data":{"type":"share_submitted","n":5}}"#)
            #expect(try await next(resuming)["offset"]?.stringValue == "1.0")
            resuming.client.send(text: #"{"action":"subscribe","channel":"mining"}"#)
            #expect(await resuming.nextText() == #"{"type":"subscribed","channel":"mining"}"#)
            await send(rig, 6..<7)
            #expect(await resuming.nextText() == #"{"channel":"mining","data":{"type":"share_submitted","n":6}}"#)
        }
    }

    @Test("nothing is kept for users who never asked")
    func costsNothing() async throws {
        try await HubRig.run { rig in
            let socket = try await rig.socket(1, "mining")
            await send(rig, 0..<10)
            for _ in 0..<10 { _ = await socket.nextText() }
            #expect(try await rig.redis.send(RedisCommand("KEYS", "ws:log:*")).array == [])
        }
    }

    @Test("what a resuming client gets as it is published counts as sent, and its age as a delivery's")
    func counted() async throws {
        try await HubRig.run { rig in
            let socket = try await rig.socket(1)
            _ = try await subscribe(socket, "true")
            await send(rig, 0..<3)
            for number in 0..<3 { #expect(try await next(socket)["data"]?["n"]?.int64Value == Int64(number)) }
            try await eventually("all are counted") {
                rig.metric(#"tbg_ws_delivery_seconds_count{channel="mining"}"#) == 3
            }
            #expect(rig.metric(#"tbg_ws_messages_sent_total{channel="mining",event_type="share_submitted"}"#) == 3)
        }
    }
}
