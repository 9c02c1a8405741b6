import Accounts
import Foundation
import Testing
import WebSockets

@testable import Feed

/// Open sockets stand and fall with their session (spec 12 §7.1).
@Suite("Standing of sockets")
struct SocketStandingTests {
    @Test("sockets of an ended session are closed with 4001, others of the same user stay")
    func closes() async throws {
        let (ended, alive) = (SessionID(UUID()), SessionID(UUID()))
        try await HubRig.run { rig in
            let first = try await WebSocketClient.session(to: "\(rig.url)/1/\(ended)")
            let second = try await WebSocketClient.session(to: "\(rig.url)/1/\(ended)")
            let third = try await WebSocketClient.session(to: "\(rig.url)/1/\(alive)")
            for session in [first, second, third] {
                session.client.send(text: #"{"action":"ping"}"#)
                #expect(await session.nextText() == #"{"type":"pong"}"#)
            }
            try await rig.hub.closeEnded { asked in
                #expect(Set(asked) == [ended, alive])
                return [alive]
            }
            #expect(await first.closeCode() == WebSocketCloseCode(4001))
            #expect(await second.closeCode() == WebSocketCloseCode(4001))
            third.client.send(text: #"{"action":"ping"}"#)
            #expect(await third.nextText() == #"{"type":"pong"}"#)
        }
    }

    @Test("while nobody can say who stands, nobody is closed")
    func undecided() async throws {
        struct Away: Error {}
        let session = SessionID(UUID())
        try await HubRig.run { rig in
            let socket = try await WebSocketClient.session(to: "\(rig.url)/1/\(session)")
            socket.client.send(text: #"{"action":"ping"}"#)
            #expect(await socket.nextText() != nil)
            await #expect(throws: Away.self) { try await rig.hub.closeEnded { _ in throw Away() } }
            socket.client.send(text: #"{"action":"ping"}"#)
            #expect(await socket.nextText() != nil)
        }
    }
}
