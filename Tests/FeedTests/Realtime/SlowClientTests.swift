import GameRules
import NIOCore
import NIOPosix
import Redis
import TestServers
import Testing
import WebSockets

@testable import Feed

/// Spec 04 §7.4, §12.14: clients that stop reading among others that do not.
@Suite("Slow clients", .serialized)
struct SlowClientTests {
    @Test("stalled sockets are closed with 4008 and hold no more than a mebibyte; the others get everything")
    func stalled() async throws {
        try await HubRig.run { rig in
            let (slow, quick) = (20, 180)
            var stalled: [WebSocketClientSession] = []
            for number in 0..<slow {
                let socket = try await rig.socket(Int64(number + 1), "competition")
                try await socket.client.channel.setOption(.autoRead, value: false).get()
                stalled.append(socket)
            }
            var reading: [WebSocketClientSession] = []
            for number in 0..<quick { reading.append(try await rig.socket(Int64(slow + number + 1), "competition")) }
            // Facts of their own for the stalled, more than any buffer holds.
            let text = String(repeating: "x", count: 60_000)
            for _ in 0..<200 {
                for number in 0..<slow {
                    try await rig.publish("ws:user:\(number + 1)", #"{"channel":"competition","data":{"type":"fact","x":"\#(text)"}}"#)
                }
                if rig.hub.openSockets <= quick { break }
            }
            for number in 0..<50 { try await rig.publish("pubsub:league_update", #"{"n":\#(number)}"#) }
            for socket in reading {
                for number in 0..<50 {
                    #expect(await socket.nextText() == #"{"channel":"competition","data":{"type":"league_update","n":\#(number)}}"#)
                }
            }
            let most = await rig.hub.onEachLoop { $0.all.map(\.waitingBytes).max() ?? 0 }.max() ?? 0
            #expect(most <= 1 << 20)
            for socket in stalled {
                try await socket.client.channel.setOption(.autoRead, value: true).get()
                // The frame waits behind what was not read, and the connection does not wait for ever.
                #expect([WebSocketCloseCode(4008), .abnormal].contains(await socket.closeCode()))
            }
            try await eventually("they are gone") { rig.hub.openSockets == quick }
        }
    }
}
