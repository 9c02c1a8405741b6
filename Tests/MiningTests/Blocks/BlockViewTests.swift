import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// What is shown of a block and its finder (spec 03 §4.5, 10 §2).
@Suite("Block views")
struct BlockViewTests {
    private static let path = "/api/v1/mining/blocks"
    private static let otherAddress = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"

    private func newest(_ rig: MiningRig, for miner: RigMiner) async throws -> JSONValue {
        try await rig.get(Self.path + "?limit=1", by: miner)["data"]?[0] ?? .null
    }

    private func found(_ rig: MiningRig, _ miner: RigMiner, _ height: Int, hash: String = "") throws -> MiningEvent {
        try rig.event(
            .blockFound,
            #"{"user":"\#(miner.address)","worker":"rig1","height":\#(height),"hash":"\#(hash)","diff":2e14,"network_diff":0,"reward_sats":0}"#
        )
    }

    @Test("A block the pool just reported: no hash yet, the subsidy for a reward; the network's word completes it")
    func reported() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner)])
            try await rig.apply([found(rig, miner, 879_412)])
            let block = try await newest(rig, for: miner)
            #expect(
                block.objectValue?.map(\.name) == [
                    "block_height", "block_hash", "difficulty", "reward_btc", "fees_btc", "found_at", "confirmed", "confirmations",
                    "worker_name", "id", "finder", "finder_country", "is_mine", "status", "reward_is_estimate",
                ]
            )
            #expect(block["block_height"] == 879_412 && block["block_hash"] == "" && block["difficulty"]?.doubleValue == 2e14)
            #expect(block["reward_btc"] == 3.125 && block["reward_is_estimate"] == true && block["fees_btc"] == .null)
            #expect(block["found_at"]?.stringValue == rig.clock.now.rfc3339 && block["worker_name"] == "rig1")
            #expect(block["status"] == "pending" && block["confirmed"] == false && block["is_mine"] == true)
            for height in 879_412...879_417 as ClosedRange<Int64> {
                let payload = #"{"height":\#(height),"hash":"\#(ChainServer.hash(height))","diff":1e14}"#
                try await rig.apply([rig.event(.networkBlock, at: rig.clock.now.adding(seconds: height - 879_411), payload)])
            }
            let settled = try await newest(rig, for: miner)
            #expect(settled["block_hash"]?.stringValue == ChainServer.hash(879_412))
            #expect(settled["confirmations"] == 6 && settled["confirmed"] == true && settled["status"] == "confirmed")
        }
    }

    @Test("A reward that is not known is the subsidy, also for rows of others; fees are exact")
    func rewards() async throws {
        try await MiningRig.run { rig in
            let fixture = BlockFixture(rig: rig)
            let miner = try await rig.miner()
            try await fixture.add(839_999, rewardSatoshi: nil, second: 1)
            let unknown = try await newest(rig, for: miner)
            #expect(unknown["reward_btc"] == 6.25 && unknown["reward_is_estimate"] == true && unknown["finder"] == "Unknown")
            #expect(unknown["finder_country"] == "" && unknown["is_mine"] == false && unknown["worker_name"] == .null)
            try await fixture.add(840_000, rewardSatoshi: 312_500_001, feesSatoshi: 3, second: 2)
            let answer = try await rig.get(Self.path + "?limit=1", by: miner)
            #expect(answer.text.contains(#""reward_btc":3.12500001,"fees_btc":0.00000003,"#))
            #expect(answer["data"]?[0]?["reward_is_estimate"] == false)
        }
    }

    @Test("Finders are named as they allow; to themselves always")
    func names() async throws {
        try await MiningRig.run { rig in
            let fixture = BlockFixture(rig: rig)
            let viewer = try await rig.miner()
            let finder = try await rig.miner(Self.otherAddress)
            try await rig.apply([rig.share(of: finder)])
            try await rig.apply([found(rig, finder, 800_000)])
            let fallback = JSONValue.string("Miner-\(finder.user)")
            #expect(try await newest(rig, for: viewer)["finder"] == fallback)

            // Naming is opt-out, the country with it.
            try await fixture.introduce(finder, name: "Lucky Digger", country: "PT")
            let named = try await newest(rig, for: viewer)
            #expect(named["finder"] == "Lucky Digger" && named["finder_country"] == "PT")
            #expect(named["is_mine"] == false && named["worker_name"] == .null)
            try await fixture.introduce(finder, name: "Lucky Digger", country: "PT", privacy: ["showCountryFlag": false])
            #expect(try await newest(rig, for: viewer)["finder_country"] == "")
            let open: JSONObject = ["showCountryFlag": true, "showOnLeaderboard": false]
            try await fixture.introduce(finder, name: "Lucky Digger", country: "PT", privacy: open)
            let hidden = try await newest(rig, for: viewer)
            #expect(hidden["finder"] == fallback && hidden["finder_country"] == "")
            let own = try await newest(rig, for: finder)
            #expect(own["finder"] == "Lucky Digger" && own["finder_country"] == "PT" && own["worker_name"] == "rig1")

            try await fixture.introduce(finder, name: "Lucky Digger", country: "PT", privacy: ["showOnLeaderboard": true])
            try await rig.runtime.database.execute("update users set is_banned = true where id = \(finder.user)")
            #expect(try await newest(rig, for: viewer)["finder"] == fallback)
        }
    }

    @Test("The address is shown to the finder, and of public profiles the present one alone")
    func addresses() async throws {
        try await MiningRig.run { rig in
            let fixture = BlockFixture(rig: rig)
            let viewer = try await rig.miner()
            let finder = try await rig.miner(Self.otherAddress)
            try await fixture.add(800_000, by: finder, signature: "/Game\u{7}\u{1b}[31m:é/")
            let path = Self.path + "/800000"
            let own = try await rig.get(path, by: finder)
            #expect(own.json.objectValue?.map(\.name) == ["block", "finder_address", "coinbase_sig"])
            #expect(own["finder_address"]?.stringValue == Self.otherAddress && own["coinbase_sig"] == "/Game[31m:é/")
            #expect(try await rig.get(path, by: viewer)["finder_address"] == .null)
            try await fixture.introduce(finder, name: "Open Digger", country: "PT", privacy: ["publicProfile": true])
            #expect(try await rig.get(path, by: viewer)["finder_address"]?.stringValue == Self.otherAddress)
            // The finder has moved on: where the block was paid to is history of a wallet.
            let later = "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3"
            try await rig.runtime.database.execute("update users set btc_address = \(later) where id = \(finder.user)")
            #expect(try await rig.get(path, by: viewer)["finder_address"]?.stringValue == later)
        }
    }

    @Test("Of several blocks at a height the confirmed one counts, else a pending one, else an orphan, and of equals the newest")
    func heights() async throws {
        try await MiningRig.run { rig in
            let fixture = BlockFixture(rig: rig)
            let miner = try await rig.miner()
            func at(_ height: String) async throws -> MiningAnswer { try await rig.get(Self.path + "/" + height, by: miner) }
            func id() async throws -> Int64? { try await at("700000")["block.id"]?.int64Value }
            let orphan = try await fixture.add(700_000, by: miner, status: "orphaned", second: 9)
            #expect(try await id() == orphan)
            let pending = try await fixture.add(700_000, status: "pending", second: 1)
            #expect(try await id() == pending)
            let newer = try await fixture.add(700_000, by: miner, status: "pending", second: 2)
            #expect(try await id() == newer)
            let confirmed = try await fixture.add(700_000, status: "confirmed", second: 0)
            #expect(try await id() == confirmed)
            for height in ["700001", "-1", "abc", "2147483648", "99999999999999999999", "1.5", "1e3", "%20", "%00"] {
                let answer = try await at(height)
                #expect(answer.status == 404 && answer.code == "block_not_found", "\(height)")
            }
            #expect(try await at("0").code == "block_not_found")
            #expect(try await at("2147483647").code == "block_not_found")
            #expect(try await rig.call(.get, Self.path + "/700000").status == 401)
            await rig.redis.stop()
            #expect(try await id() == confirmed)
        }
    }
}
