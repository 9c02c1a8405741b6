import API
import GameRules
import LocalServers
import NIOCore
import Platform
import Redis
import Synchronization
import Testing
import WebSockets

@testable import Feed

/// What a node's sockets live through together (spec 04 §9, §12.15, §12.18; 11 §12, §13).
@Suite("A thousand sockets", .serialized)
struct ThousandSocketsTests {
    /// How many sockets do not hear a text next.
    private func deaf(_ sockets: [WebSocketClientSession], to text: (Int) -> String) async -> Int {
        var count = 0
        for (number, socket) in sockets.enumerated() where await socket.nextText() != text(number) { count += 1 }
        return count
    }

    @Test("Redis restarts under them: none is closed, and each hears again what is for all, for its owner, and the whole state")
    func redisRestart() async throws {
        try await HubRig.withOwnRedis { server in
            try await HubRig.run(redis: try await server.url(), node: "one") { rig in
                let sockets = try await rig.sockets(1000, perUser: 5, "dashboard")
                await server.stop()
                try await server.start()
                let users = (1...200).map { UserID($0) }
                let topics = Set(SharedTopic.allCases.map(\.topic) + users.map(Publisher.topic) + [Hub.controlTopic])
                try await eventually("every topic is subscribed again") {
                    let open = try? await rig.redis.send(RedisCommand("PUBSUB", "CHANNELS")).array
                    return topics.isSubset(of: (open ?? []).compactMap(\.string))
                }
                try await rig.publish("pubsub:feed_item", "{}")
                await rig.publisher.send(
                    users.map { user in
                        .init(to: user, channel: "dashboard", type: "block_found") { json in
                            json.name("n")
                            json.integer(user.rawValue)
                        }
                    }
                )
                #expect(await deaf(sockets) { _ in #"{"channel":"dashboard","data":{"type":"feed_item"}}"# } == 0)
                #expect(await deaf(sockets) { #"{"channel":"dashboard","data":{"type":"block_found","n":\#($0 / 5 + 1)}}"# } == 0)
                // The next turn tells the whole state although nothing has changed.
                let figures = ByteBuffer(string: #"{"type":"stats_update"}"#)
                await rig.hub.send(users.map { LiveMessage(user: $0, channel: .dashboard, data: figures, isChanged: false) })
                #expect(await deaf(sockets) { _ in #"{"channel":"dashboard","data":{"type":"stats_update"}}"# } == 0)
                #expect(rig.hub.openSockets == 1000)
            }
        }
    }

    @Test("their node stops: each is told 1001, and all come back to another node at once, though their users had taken all places")
    func storm() async throws {
        try await HubRig.withOwnRedis { server in
            let url = try await server.url()
            try await HubRig.run(redis: url, node: "two") { two in
                let before = Mutex<[WebSocketClientSession]>([])
                try await HubRig.run(redis: url, node: "one") { one in
                    let sockets = try await one.sockets(1000, perUser: 5, "competition")
                    before.withLock { $0 = sockets }
                }
                for socket in before.withLock({ $0 }) { #expect(await socket.closeCode() == .goingAway) }
                let after = try await withThrowingTaskGroup(of: WebSocketClientSession.self) { group in
                    for number in 0..<1000 {
                        group.addTask { try await comeBack(to: two, Int64(number / 5 + 1)) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(two.hub.openSockets == 1000)
                try await two.publish("pubsub:league_update", "{}")
                #expect(await deaf(after) { _ in #"{"channel":"competition","data":{"type":"league_update"}}"# } == 0)
            }
        }
    }

    /// Tries until there is a place, as a page does.
    private func comeBack(to node: HubRig, _ user: Int64) async throws -> WebSocketClientSession {
        var socket: WebSocketClientSession?
        try await eventually("a place for user \(user)") {
            socket = try? await node.socket(user, "competition")
            return socket != nil
        }
        return try #require(socket)
    }

    @Test("shares and news at a rate nobody can take: no fact is lost or out of order, and news is dropped before facts")
    func facts() async throws {
        try await HubRig.run { rig in
            let sockets = try await rig.sockets(1000, perUser: 5, "mining")
            for socket in sockets {
                socket.client.send(text: #"{"action":"subscribe","channel":"competition"}"#)
                #expect(await socket.nextText()?.contains("subscribed") == true)
            }
            for second in 0..<10 {
                await rig.publisher.send(
                    (1...200).flatMap { user in
                        (0..<10).map { number in
                            .init(to: UserID(user), channel: "mining", type: number == 9 ? "best_diff" : "share_submitted") { json in
                                json.name("n")
                                json.integer(second)
                            }
                        }
                    }
                )
                try await rig.publish("pubsub:league_update", #"{"n":\#(second)}"#)
            }
            for (number, socket) in sockets.enumerated() {
                try await rig.publish("ws:user:\(number / 5 + 1)", #"{"event":"notification","data":{"of":\#(number)}}"#)
                var facts: [String] = []
                while let text = await socket.nextText(), !text.contains(#""of":\#(number)}"#) {
                    if text.contains("best_diff") { facts.append(text) }
                }
                #expect(facts == (0..<10).map { #"{"channel":"mining","data":{"type":"best_diff","n":\#($0)}}"# })
            }
            #expect(rig.metric(#"tbg_ws_messages_sent_total{channel="mining",event_type="best_diff"}"#) == 10_000)
        }
    }

    @Test("each delivery's age is measured when its socket has been written to; a client that is behind is nobody's delay")
    func ages() async throws {
        try await HubRig.run { rig in
            let sockets = try await rig.sockets(999, perUser: 5, "competition")
            let behind = try await rig.socket(1000, "competition")
            try await behind.client.channel.setOption(.socketOption(.so_rcvbuf), value: 4096).get()
            try await behind.client.channel.setOption(.autoRead, value: false).get()
            let text = #"{"channel":"competition","data":{"type":"fact","x":"\#(String(repeating: "x", count: 60_000))"}}"#
            func isBehind() async -> Bool { await rig.hub.onEachLoop { $0.all.contains { $0.isBehind } }.contains(true) }
            while await !isBehind() { try await rig.publish("ws:user:1000", text) }

            let at = HubRig.start.millisecondsSinceUnixEpoch - 30
            try await rig.publish("pubsub:league_update", #"{"at":\#(at)}"#)
            #expect(await deaf(sockets) { _ in #"{"channel":"competition","data":{"type":"league_update"}}"# } == 0)
            try await eventually("all are counted") {
                rig.metric(#"tbg_ws_delivery_seconds_count{channel="competition"}"#) == 999
            }
            let sum = try #require(rig.metric(#"tbg_ws_delivery_seconds_sum{channel="competition"}"#))
            #expect(abs(sum - 999 * 0.03) < 0.001)
        }
    }
}
