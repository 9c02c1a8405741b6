import API
import Accounts
import Bitcoin
import Feed
import Foundation
import GameRules
import LocalServers
import NIOCore
import Platform
import Postgres
import Synchronization
import TestServers
import Testing
import WebSockets

@testable import Mining
@testable import tbg

/// Sockets of the whole server, from a real sign-in to their end (spec 04 §7.1, §7.2, §12.9, §12.10, §12.13; 11 §8, §12).
@Suite("Life of a socket", .serialized)
struct SocketLifeTests {
    private struct SignIn {
        let access: String
        let refresh: String
    }

    /// Signs the wallet of a key in.
    private func signIn(_ rig: Rig, _ key: UInt8) async throws -> SignIn {
        let signer = try #require(
            PrivateKey(bytes: [UInt8](repeating: key, count: 32)).flatMap { MessageSigner(key: $0, type: .p2wpkh, network: .mainnet) }
        )
        let address = signer.address.canonical
        let challenge = try await rig.wire.post("/api/v1/auth/challenge", ["btc_address": address]).json
        let proof = [
            "btc_address": address, "nonce": challenge?["nonce"]?.stringValue ?? "",
            "signature": signer.sign(challenge?["message"]?.stringValue ?? "") ?? "",
        ]
        let answer = try await rig.wire.post("/api/v1/auth/verify", proof).json
        return SignIn(
            access: try #require(answer?["access_token"]?.stringValue),
            refresh: try #require(answer?["refresh_token"]?.stringValue)
        )
    }

    private func open(_ rig: Rig, _ token: String, _ channel: String = "mining") async throws -> WebSocketClientSession {
        let session = try await WebSocketClient.session(to: "ws://127.0.0.1:\(rig.wire.port)/ws?token=\(token)")
        session.client.send(text: #"{"action":"subscribe","channel":"\#(channel)"}"#)
        #expect(await session.nextText() == #"{"type":"subscribed","channel":"\#(channel)"}"#)
        return session
    }

    private func expectAlive(_ session: WebSocketClientSession, sourceLocation: SourceLocation = #_sourceLocation) async {
        session.client.send(text: #"{"action":"ping"}"#)
        var text = await session.nextText()
        while let news = text, news.contains(#""channel""#) { text = await session.nextText() }
        #expect(text == #"{"type":"pong"}"#, sourceLocation: sourceLocation)
    }

    /// What looks every minute at the sessions of open sockets.
    private func standing(_ rig: Rig) -> SocketStandingService {
        SocketStandingService(
            hub: rig.server.hub,
            standing: rig.server.accounts.standing,
            clock: rig.clock.clock,
            logger: rig.runtime.logger
        )
    }

    /// A server whose topics nobody else hears.
    private func run(_ body: @escaping @Sendable (Rig) async throws -> Void) async throws {
        try await TestServers.withPrivateRedis { redis in
            try await Rig.run(redis: try await redis.url(), body)
        }
    }

    @Test("a token that has expired opens a socket for twelve hours more, and an open one outlives it; after that it is refused")
    func grace() async throws {
        try await run { rig in
            let token = try await signIn(rig, 0x21).access
            let old = try await open(rig, token)
            rig.clock.advance(milliseconds: 2 * 3_600_000)
            #expect(try await rig.wire.get("/api/v1/auth/me", [("Authorization", "Bearer " + token)]).code == "token_expired")
            let late = try await open(rig, token)
            rig.clock.advance(milliseconds: 11 * 3_600_000 - 1000)
            let last = try await open(rig, token)
            rig.clock.advance(milliseconds: 2000)
            await #expect(throws: WebSocketClientError.self) { _ = try await open(rig, token) }
            await standing(rig).check()
            for session in [old, late, last] { await expectAlive(session) }
            #expect(rig.metric(#"tbg_ws_handshakes_total{result="success"}"#) == 3)
            #expect(rig.metric(#"tbg_ws_handshakes_total{result="token_expired"}"#) == 1)
        }
    }

    @Test("a logout closes the sockets of its session with 4001, one everywhere those of all the user's sessions, and nobody else's")
    func logout() async throws {
        try await run { rig in
            let (one, two, foreign) = (try await signIn(rig, 0x22), try await signIn(rig, 0x22), try await signIn(rig, 0x23))
            let other = try await open(rig, foreign.access)
            let ended = try await open(rig, one.access)
            let alive = try await open(rig, two.access)
            #expect(try await rig.wire.post("/api/v1/auth/logout", ["refresh_token": one.refresh]).status == 200)
            #expect(await ended.closeCode() == WebSocketCloseCode(4001))
            await expectAlive(alive)
            let third = try await open(rig, try await signIn(rig, 0x22).access)
            #expect(try await rig.wire.post("/api/v1/auth/logout-all", [:], token: two.access).status == 200)
            for socket in [alive, third] { #expect(await socket.closeCode() == WebSocketCloseCode(4001)) }
            await #expect(throws: WebSocketClientError.self) { _ = try await open(rig, two.access) }
            await expectAlive(other)
            #expect(rig.metric(#"tbg_ws_closes_total{code="4001"}"#) == 3)
            #expect(rig.metric(#"tbg_ws_handshakes_total{result="session_revoked"}"#) == 1)
        }
    }

    @Test("a changed password closes the sockets of the user's other sessions, not those of the session that changed it")
    func password() async throws {
        try await run { rig in
            let login = ["email": "socket@example.com", "password": "Gr4vel-Lantern"]
            func token(_ route: String, _ members: [String: String]) async throws -> String {
                try #require(try await rig.wire.post("/api/v1/auth/" + route, members).json?["access_token"]?.stringValue)
            }
            let address = ["btc_address": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"]
            let own = try await token("register", login.merging(address) { $1 })
            let foreign = try await token("login", login)
            let (kept, ended) = (try await open(rig, own), try await open(rig, foreign))
            let change = ["current_password": "Gr4vel-Lantern", "new_password": "Thistle-Anv1l"]
            #expect(try await rig.wire.post("/api/v1/auth/change-password", change, token: own).status == 200)
            #expect(await ended.closeCode() == WebSocketCloseCode(4001))
            await standing(rig).check()
            await expectAlive(kept)
            await #expect(throws: WebSocketClientError.self) { _ = try await open(rig, foreign) }
        }
    }

    @Test("a logout of which this node has heard nothing closes the socket when sessions are looked at again")
    func unheard() async throws {
        try await run { rig in
            let session = try await signIn(rig, 0x24)
            let socket = try await open(rig, session.access)
            let service = standing(rig)
            await service.check()
            await expectAlive(socket)
            try await rig.runtime.database.execute("update refresh_tokens set revoked_at = \(rig.clock.now), revoke_reason = 'logout'")
            await service.check()
            #expect(await socket.closeCode() == WebSocketCloseCode(4001))
        }
    }

    @Test("a node that stops closes its sockets with 1001; ours does so over ten seconds")
    func stop() async throws {
        let sockets = Mutex<[WebSocketClientSession]>([])
        try await run { rig in
            let user = try await signIn(rig, 0x25)
            for _ in 0..<3 {
                let socket = try await open(rig, user.access)
                sockets.withLock { $0.append(socket) }
            }
        }
        for socket in sockets.withLock({ $0 }) { #expect(await socket.closeCode() == .goingAway) }
        let standard = try Settings(EnvironmentSource(["TBG_ENVIRONMENT": "test"])).http
        #expect(APIServer.socketLimits(standard).shutdownSpread == .seconds(10))
    }

    private static let miner = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"

    /// The socket of the miner, whose shares find their tables.
    private func openMiner(_ rig: Rig) async throws -> WebSocketClientSession {
        try await TimeTableKeeper(database: rig.runtime.database).makeRanges(at: rig.clock.now)
        return try await open(rig, try await rig.user(Self.miner).token)
    }

    /// The next message of a share.
    private func nextShare(_ socket: WebSocketClientSession) async throws -> JSONValue? {
        while let text = await socket.nextText() {
            let data = try JSONParser().parse(Array(text.utf8))["data"]
            if data?["type"]?.stringValue == "share_submitted" { return data }
        }
        return nil
    }

    /// Stores accepted shares of the miner's one worker that achieved these difficulties, and tells their owner.
    private func store(_ achieved: [Int], by shares: ShareHandler, _ rig: Rig) async throws {
        let decoder = EntryDecoder(network: rig.runtime.settings.network.bitcoin)
        let time = rig.clock.now
        let events = try achieved.map { achieved in
            let payload = #"{"user":"\#(Self.miner)","worker":"rig1","diff":1000,"sdiff":\#(achieved),"accepted":true}"#
            let envelope = EventEnvelope(id: UUID(), time: time, receivedAt: time)
            return try decoder.decode(.shareSubmitted, envelope: envelope, payload: Array(payload.utf8))
        }
        #expect(try await shares.apply(events, now: time) == achieved.count)
    }

    @Test("a thousand shares of one miner in ten seconds: ten messages a second, each best, and the rest counted as skipped")
    func shareRate() async throws {
        try await run { rig in
            let socket = try await openMiner(rig)
            let shares = MiningPipeline(runtime: rig.runtime).shares
            func mine(_ numbers: Range<Int>) async throws {
                try await store(numbers.map { $0 % 100 == 50 ? 10_000 + $0 : 2000 }, by: shares, rig)
            }
            for batch in 0..<50 {
                try await mine(batch * 20..<batch * 20 + 20)
                rig.clock.advance(milliseconds: 200)
            }
            // What was skipped last is told by the share of another second.
            rig.clock.advance(milliseconds: 1000)
            try await mine(1000..<1001)

            var told: [JSONValue] = []
            var accounted: Int64 = 0
            while accounted < 1001, let data = try await nextShare(socket) {
                told.append(data)
                accounted += 1 + (data["skipped"]?.int64Value ?? 0)
            }
            #expect(accounted == 1001)
            let bests = told.filter { $0["is_personal_best"]?.boolValue == true }.compactMap { $0["share_diff"]?.int64Value }
            #expect(bests == [2000] + (0..<10).map { 10_050 + $0 * 100 })
            #expect(told.count <= 110 + bests.count)
            #expect(told.count >= 100)
        }
    }

    @Test("shares that are stored while ingest is behind are not told, and counted as skipped by their owner's next message")
    func sharesBehind() async throws {
        try await run { rig in
            let socket = try await openMiner(rig)
            let pipeline = MiningPipeline(runtime: rig.runtime)
            try await store([5000], by: pipeline.shares, rig)
            #expect(try await nextShare(socket)?["skipped"]?.int64Value == 0)
            for _ in 0..<2 { _ = pipeline.pressure.note(lag: 20_000) }
            try await store([2000, 2001, 2002], by: pipeline.shares, rig)
            _ = pipeline.pressure.note(lag: 0)
            try await store([2003], by: pipeline.shares, rig)
            let told = try #require(try await nextShare(socket))
            #expect(told["share_diff"]?.int64Value == 2003)
            #expect(told["skipped"]?.int64Value == 3)
        }
    }

    @Test("sockets, what they listen to and what they are sent show on the metrics page; a client's own close code is nobody's label")
    func metrics() async throws {
        try await run { rig in
            let user = try await signIn(rig, 0x26)
            let socket = try await open(rig, user.access, "gamification")
            let other = try await open(rig, user.access, "competition")
            other.client.send(text: #"{"action":"subscribe","channel":"gamification"}"#)
            other.client.send(text: #"{"action":"subscribe","channel":"gamification"}"#)
            other.client.send(text: #"{"action":"unsubscribe","channel":"competition"}"#)
            for _ in 0..<3 { #expect(await other.nextText() != nil) }
            func subscribers(_ channel: String) -> Double? { rig.metric(#"tbg_ws_subscriptions{channel="\#(channel)"}"#) }
            #expect(subscribers("gamification") == 2 && subscribers("competition") == 0 && subscribers("mining") == 0)
            #expect(rig.metric("tbg_ws_active_connections") == 2)

            await rig.runtime.publisher.send([.init(channel: "gamification", type: "lottery_drawn") { _ in }])
            for session in [socket, other] { #expect(await session.nextText()?.contains("lottery_drawn") == true) }
            try await eventually("the messages are counted") {
                rig.metric(#"tbg_ws_messages_sent_total{channel="gamification",event_type="lottery_drawn"}"#) == 2
            }
            try await eventually("each delivery is counted") {
                rig.metric(#"tbg_ws_delivery_seconds_count{channel="gamification"}"#) == 2
            }

            socket.client.close(WebSocketCloseCode(4567))
            other.client.close()
            try await eventually("both are gone") { rig.metric("tbg_ws_active_connections") == 0 }
            #expect(subscribers("gamification") == 0)
            #expect(rig.metric(#"tbg_ws_closes_total{code="other"}"#) == 1)
            #expect(rig.metric(#"tbg_ws_closes_total{code="1000"}"#) == 1)
            #expect(rig.metric(#"tbg_ws_closes_total{code="4567"}"#) == nil)
            await #expect(throws: WebSocketClientError.self) { _ = try await open(rig, "garbage") }
            #expect(rig.metric(#"tbg_ws_handshakes_total{result="unauthorized"}"#) == 1)
        }
    }
}
