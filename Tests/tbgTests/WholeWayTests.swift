import AsyncHTTPClient
import Development
import Foundation
import NIOCore
import NIOHTTP1
import Postgres
import Testing
import WebSockets

/// One share from the pool's socket to everything its owner sees, through the processes of production.
@Suite("The whole way", .serialized)
struct WholeWayTests {
    @Test("A datagram becomes a row, an answer and a message on its owner's socket, and on nobody else's")
    func datagram() async throws {
        try await Instance.run { instance in
            let owner = instance.endpoints.demoUsers[0]
            let other = instance.endpoints.demoUsers[1]
            let socket = try await subscribed(instance, owner)
            let foreign = try await subscribed(instance, other)

            var sender = DatagramSender(path: instance.endpoints.collectorSocket)
            #expect(sender.send(Pool.share(of: owner.address, worker: "rig1", assigned: 65536, achieved: 70000)) == .sent)

            var text = await socket.nextText()
            while let message = text, !message.contains("share_submitted") { text = await socket.nextText() }
            let share = try #require(text)
            #expect(share.hasPrefix(#"{"channel":"mining","data":{"type":"share_submitted""#))
            #expect(share.contains(#""worker":"rig1","difficulty":65536,"share_diff":70000"#))
            #expect(!share.contains(owner.address))

            let summary = try await summary(instance, owner)
            #expect(summary["total_shares"] as? Int == 1)
            #expect(summary["best_diff_alltime"] as? Double == 70000)
            #expect(try await self.summary(instance, other)["total_shares"] as? Int == 0)
            #expect(await instance.number("select count(*) from shares") == 1)

            // How long the way takes is for the log: a busy test machine proves nothing.
            var times: [Duration] = []
            for number in 1...50 {
                let start = ContinuousClock.now
                #expect(sender.send(Pool.share(of: owner.address, worker: "rig1", achieved: 70000 + Double(number))) == .sent)
                var text = await socket.nextText()
                while let message = text, !message.contains("share_submitted") { text = await socket.nextText() }
                times.append(.now - start)
            }
            times.sort()
            print("socket to owner's message: median \(times[25]), longest \(times[49])")

            // The other miner's socket has heard nothing but of itself: the next it hears is the answer to its own ping.
            foreign.client.send(text: #"{"action":"ping"}"#)
            var heard = await foreign.nextText()
            while heard?.contains("hashrate_update") == true { heard = await foreign.nextText() }
            #expect(heard?.contains("pong") == true)
            for session in [socket, foreign] { session.client.close() }
        }
    }

    @Test("A datagram earns its owner experience, badges and a level: on their own socket, in this order, and in their answer")
    func badge() async throws {
        try await Instance.run { instance in
            let owner = instance.endpoints.demoUsers[0]
            let socket = try await subscribed(instance, owner, to: "gamification")
            let foreign = try await subscribed(instance, instance.endpoints.demoUsers[1], to: "gamification")
            var sender = DatagramSender(path: instance.endpoints.collectorSocket)
            #expect(sender.send(Pool.share(of: owner.address, worker: "rig1", assigned: 65536, achieved: 1_500_000)) == .sent)

            var heard: [String] = []
            while heard.last != "level_up", let message = await socket.nextText() {
                heard += ["xp_gained", "badge_earned", "level_up"].filter { message.contains(#""type":"\#($0)""#) }
            }
            #expect(heard == ["xp_gained", "xp_gained", "xp_gained", "badge_earned", "badge_earned", "level_up"])
            let progress = try await answer("users/me/gamification", instance, owner)
            #expect((progress["xp"] as? [String: Any])?["total_xp"] as? Int == 150)
            #expect((progress["badges"] as? [String: Any])?["earned"] as? Int == 2)
            #expect((progress["badges"] as? [String: Any])?["total"] as? Int == 20)

            foreign.client.send(text: #"{"action":"ping"}"#)
            let text = await foreign.nextText()
            #expect(text?.contains("pong") == true)
            for session in [socket, foreign] { session.client.close() }
        }
    }

    private func subscribed(
        _ instance: Instance,
        _ user: Endpoints.DemoUser,
        to channel: String = "mining"
    ) async throws -> WebSocketClientSession {
        let token = try #require(user.token)
        let session = try await WebSocketClient.session(to: instance.endpoints.wsURL + "?token=" + token)
        session.client.send(text: #"{"action":"subscribe","channels":["\#(channel)"]}"#)
        var text = await session.nextText()
        while let message = text, !message.contains("subscribed") { text = await session.nextText() }
        return session
    }

    private func summary(_ instance: Instance, _ user: Endpoints.DemoUser) async throws -> [String: Any] {
        try await answer("mining/summary", instance, user)
    }

    private func answer(_ path: String, _ instance: Instance, _ user: Endpoints.DemoUser) async throws -> [String: Any] {
        var request = HTTPClientRequest(url: instance.endpoints.baseURL + "/api/v1/" + path)
        request.headers.add(name: "Authorization", value: "Bearer " + (user.token ?? ""))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let body = Data(try await response.body.collect(upTo: 65_536).readableBytesView)
        return try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
    }
}
