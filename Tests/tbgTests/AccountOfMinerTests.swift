import API
import Bitcoin
import Foundation
import GameRules
import Gamification
import Mining
import Platform
import Postgres
import Testing

@testable import tbg

/// What an account finds of what its address mined before it, and after it moved (spec 05 §6.4, 03a §3, 02 §5, §8.5): every accepted share has
/// its owner from its first instant, so an account has nothing to catch up with, whenever it is made or moved.
@Suite("Accounts of miners")
struct AccountOfMinerTests {
    /// Mines on the server's own database.
    private struct Mine: Sendable {
        let rig: Rig
        let pipeline: MiningPipeline
        let game: GamificationService

        init(_ rig: Rig) async throws {
            self.rig = rig
            game = try GamificationService(runtime: rig.runtime)
            pipeline = MiningPipeline(runtime: rig.runtime, observers: [game.engine])
            try await TimeTableKeeper(database: rig.runtime.database).makeRanges(at: rig.clock.now)
        }

        func share(_ address: String, at time: Instant, _ difficulty: Double = 2_000_000) throws -> MiningEvent {
            let data = #"{"user":"\#(address)","worker":"r","diff":1000,"sdiff":\#(difficulty),"accepted":true}"#
            return try EntryDecoder(network: .mainnet).decode(
                .shareSubmitted,
                envelope: EventEnvelope(id: UUID(), time: time, receivedAt: time),
                payload: Array(data.utf8)
            )
        }

        func apply(_ events: [MiningEvent]) async throws { _ = try await pipeline.shares.apply(events, now: rig.clock.now) }

        /// Whether a worker that starts now finds anything that nobody counted; it must not.
        func uncounted() async throws -> Int64? {
            try await rig.runtime.database.query(
                """
                select count(*) from user_share_totals s left join user_gamification g using (user_id)
                where s.accepted_shares <> coalesce(g.total_shares, 0)
                """,
                access: .write
            ).value(Int64.self)
        }

        /// `total_xp total_shares badges` as the account's owner sees them.
        func seen(_ token: String) async throws -> String {
            let answer = try await rig.wire.get("/api/v1/users/me/gamification", [("Authorization", "Bearer \(token)")])
            let json = try #require(answer.json)
            return [json["xp"]?["total_xp"], json["stats"]?["total_shares"], json["badges"]?["earned"]].map { "\($0?.int64Value ?? -1)" }
                .joined(separator: " ")
        }
    }

    @Test("Whoever signs in with an address that has mined for weeks finds all of it at once, and nothing is counted twice")
    func signedIn() async throws {
        let signer = try #require(
            PrivateKey(bytes: [UInt8](repeating: 0x43, count: 32)).flatMap { MessageSigner(key: $0, type: .p2wpkh, network: .mainnet) }
        )
        try await Rig.run { rig in
            let mine = try await Mine(rig)
            let address = signer.address.canonical
            let now = rig.clock.now
            let shares = [try mine.share(address, at: now.adding(seconds: -86_400)), try mine.share(address, at: now.adding(seconds: -60))]
            try await mine.apply(shares)
            // Two days, the first share, a difficulty of a million.
            let ledger: SQL = "select source || ' ' || amount from xp_ledger order by 1"
            func booked() async throws -> [String] {
                try await rig.runtime.database.query(ledger, access: .write).map { try String(postgres: $0[0]) }
            }
            let before = try await booked()
            #expect(before == ["badge 50", "badge 50", "share 50", "share 50"])

            let challenge = try #require(try await rig.wire.post("/api/v1/auth/challenge", ["btc_address": address]).json)
            let message = try #require(challenge["message"]?.stringValue)
            let proof = [
                "btc_address": address, "nonce": try #require(challenge["nonce"]?.stringValue),
                "signature": try #require(signer.sign(message)),
            ]
            let session = try #require(try await rig.wire.post("/api/v1/auth/verify", proof).json)
            let token = try #require(session["access_token"]?.stringValue)
            #expect(try await mine.seen(token) == "200 2 2")
            // Delivered again after the account, they are still those of before.
            try await mine.apply(shares)
            #expect(try await mine.uncounted() == 0)
            #expect(try await booked() == before)
            try await mine.apply([try mine.share(address, at: now)])
            #expect(try await mine.seen(token) == "200 3 2")
        }
    }

    @Test("An account that moves keeps what it had, owns what its new address mines from then on, and leaves the old address to others")
    func moved() async throws {
        try await Rig.run { rig in
            let mine = try await Mine(rig)
            let (old, new) = ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq")
            let account = ["email": "mover@example.com", "password": "Gr4vel-Lantern", "btc_address": old]
            let token = try #require(try await rig.wire.post("/api/v1/auth/register", account).json?["access_token"]?.stringValue)
            let now = rig.clock.now
            let early = try mine.share(old, at: now.adding(seconds: -30))
            try await mine.apply([early])
            #expect(try await mine.seen(token) == "150 1 2")

            let moved = try await rig.wire.send(
                "PATCH",
                "/api/v1/users/me/wallet",
                [("Authorization", "Bearer \(token)")],
                body: #"{"btc_address":"\#(new)"}"#
            )
            #expect(moved.status == 200, "\(moved.body)")
            #expect(try await mine.seen(token) == "150 1 2")
            rig.clock.advance(milliseconds: 60_000)
            let late = try mine.share(old, at: now.adding(seconds: -20))
            try await mine.apply([early, late, try mine.share(new, at: rig.clock.now), try mine.share(old, at: rig.clock.now)])
            // The one that came late and the new address's: of the account. The old address's: of somebody nobody knows yet.
            #expect(try await mine.seen(token) == "150 3 2")
            #expect(try await mine.uncounted() == 0)
            #expect(
                try await rig.runtime.database.query("select count(*) from user_gamification where total_shares = 1", access: .write)
                    .value(Int64.self) == 1
            )
            // An address that has mined has an owner: no account can move there and take over what it mined.
            let taken = try await rig.wire.send(
                "PATCH",
                "/api/v1/users/me/wallet",
                [("Authorization", "Bearer \(token)")],
                body: #"{"btc_address":"\#(old)"}"#
            )
            #expect(taken.status == 409 && taken.code == "wallet_address_in_use", "\(taken.body)")
        }
    }
}
