import NIOCore
import Testing
import WebSockets

@testable import Feed

/// Spec 04 §7.4, §12.14: clients that stop reading among others that do not.
@Suite("Slow clients", .serialized)
struct SlowClientTests {
    @Test("of a thousand sockets a hundred stall: they are closed with 4008 and hold a mebibyte at most; the others get all, meanwhile")
    func stalled() async throws {
        try await HubRig.run { rig in
            let (slow, quick) = (100, 900)
            let stalled = try await rig.sockets(slow, perUser: 5, "competition")
            for socket in stalled {
                let channel = socket.client.channel
                try await channel.setOption(.socketOption(.so_rcvbuf), value: 4096).get()
                try await channel.setOption(.autoRead, value: false).get()
            }
            let reading = try await rig.sockets(quick, perUser: 5, from: 1000, "competition")
            func tooSlow() -> Int { Int(rig.metric(#"tbg_ws_closes_total{code="4008"}"#) ?? 0) }

            // Facts of their own for the stalled, more than any buffer holds, and something for all in between. The facts are handed over as
            // the router does: reading them from Redis again and again would only take time.
            let text = #"{"channel":"competition","data":{"type":"fact","x":"\#(String(repeating: "x", count: 60_000))"}}"#
            let facts = try (1...(slow / 5)).map { user in
                let message = try PublishedMessage(topic: "ws:user:\(user)", payload: ByteBuffer(string: text))
                return (message, WebSocketFrames.text(message.frameText()))
            }
            var servedMeanwhile = 0
            for round in 0..<100 {
                _ = await rig.hub.onEachLoop { sockets in for (message, frame) in facts { _ = sockets.deliver(message, frame) } }
                try await rig.publish("pubsub:league_update", #"{"n":\#(round)}"#)
                let news = #"{"channel":"competition","data":{"type":"league_update","n":\#(round)}}"#
                var missed = 0
                for socket in reading where await socket.nextText() != news { missed += 1 }
                #expect(missed == 0, "round \(round)")
                let waiting = await rig.hub.onEachLoop { $0.all.map(\.waitingBytes) }.joined()
                #expect(waiting.max() ?? 0 <= 1 << 20)
                if waiting.count(where: { $0 > 0 }) == slow { servedMeanwhile += 1 }
            }
            #expect(servedMeanwhile > 0)
            // They answer no close frame, so the connections end when the time for that does.
            try await eventually("the stalled are closed") { tooSlow() == slow }
            #expect(rig.hub.openSockets == quick)
        }
    }
}
