import Dashboard
import GameRules
import Platform
import Testing
import WebSockets

@testable import tbg

/// Figures on sockets of a whole server (spec 04 §10.1, §12.16).
@Suite("Live figures", .serialized)
struct LiveFiguresTests {
    private func open(_ rig: Rig, _ token: String, _ channels: String) async throws -> WebSocketClientSession {
        let session = try await WebSocketClient.session(to: "ws://127.0.0.1:\(rig.wire.port)/ws?token=\(token)")
        session.client.send(text: #"{"action":"subscribe","channels":[\#(channels)]}"#)
        for _ in channels.split(separator: ",") { #expect(await session.nextText()?.contains("subscribed") == true) }
        return session
    }

    /// The next text that is no other test's: they share Redis, whose topics know no databases.
    private func next(_ session: WebSocketClientSession) async -> String? {
        let own = ["stats_update", "hashrate_update", "pong", "subscribed", "unsubscribed"].map { #""type":"\#($0)""# }
        while let text = await session.nextText() {
            if own.contains(where: text.contains) { return text }
        }
        return nil
    }

    @Test("Whoever subscribes is told everything on the next turn, though nothing has changed; the others are not told again")
    func subscription() async throws {
        try await Rig.run { rig in
            let user = try await rig.user("bc1quser")
            let first = try await open(rig, user.token, #""dashboard","mining""#)
            rig.clock.advance(milliseconds: 10_000)
            let stats = await next(first)
            #expect(stats?.hasPrefix(#"{"channel":"dashboard","data":{"type":"stats_update","hashrate":0,"#) == true)
            #expect(await next(first)?.hasPrefix(#"{"channel":"mining","data":{"type":"hashrate_update","#) == true)

            let second = try await open(rig, user.token, #""dashboard""#)
            rig.clock.advance(milliseconds: 10_000)
            #expect(await next(second) == stats)
            // The next the first one hears is the answer to its question.
            first.client.send(text: #"{"action":"ping"}"#)
            #expect(await next(first) == #"{"type":"pong"}"#)

            // After an end of the subscription it begins anew.
            first.client.send(text: #"{"action":"unsubscribe","channel":"dashboard"}"#)
            #expect(await next(first)?.contains("unsubscribed") == true)
            first.client.send(text: #"{"action":"subscribe","channel":"dashboard"}"#)
            #expect(await next(first)?.contains("subscribed") == true)
            rig.clock.advance(milliseconds: 10_000)
            #expect(await next(first) == stats)
            for session in [first, second] { session.client.close() }
        }
    }

    @Test("The users of a turn are read with one statement a table")
    func statements() async throws {
        try await Rig.run { rig in
            var sockets: [WebSocketClientSession] = []
            for number in 1...81 {
                let user = try await rig.user("bc1quser\(number)")
                guard user.id.rawValue % StatsAggregator.slices == 1 else { continue }
                sockets.append(try await open(rig, user.token, #""dashboard","mining""#))
            }
            #expect(sockets.count == 3)
            rig.clock.advance(milliseconds: 10_000)
            for socket in sockets {
                #expect(await next(socket)?.contains("stats_update") == true)
                #expect(await next(socket)?.contains("hashrate_update") == true)
            }
            for statement in ["dashboard_miners", "mining_latest", "dashboard_hours", "mining_worker_board"] {
                #expect(rig.metric(#"tbg_db_query_seconds_count{statement="\#(statement)"}"#) == 1, "\(statement)")
            }
            for socket in sockets { socket.client.close() }
        }
    }
}
