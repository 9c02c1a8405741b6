import FeatureRig
import API
import Foundation
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

@Suite("List of shares")
struct ShareListTests {
    private let path = "/api/v1/mining/shares"

    @Test("Shares of one instant come by descending id, and none is lost or repeated at the border of a page")
    func equalTimes() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let ids = ["0a", "0b", "0c"].map { UUID(uuidString: "00000000-0000-4000-8000-0000000000\($0)") ?? UUID() }
            try await rig.apply(ids.map { try rig.share(of: miner, id: $0) })
            let texts = ids.map { JSONValue.string($0.uuidString.lowercased()) }

            let first = try await rig.get(path + "?limit=2", by: miner)
            #expect(first.column("id", of: "data") == [texts[2], texts[1]])
            #expect(first["pagination.limit"] == 2)
            #expect(first["pagination.has_more"] == true)
            let cursor = try #require(first["pagination.next_cursor"]?.stringValue)
            #expect(cursor.utf8.count == 56)

            let second = try await rig.get(path + "?limit=2&cursor=\(cursor)", by: miner)
            #expect(second.column("id", of: "data") == [texts[0]])
            #expect(second["pagination.has_more"] == false)
            #expect(second["pagination.next_cursor"] == .null)
        }
    }

    @Test("A share tells what is known of it")
    func fields() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([
                rig.event(.networkBlock, at: rig.clock.now.adding(seconds: -100), Self.block(10, "a", 5000)),
                rig.event(.networkBlock, at: rig.clock.now.adding(seconds: -50), Self.block(11, "b", 6000)),
            ])
            let hash = String(repeating: "ab", count: 32)
            let known = #"{"user":"\#(miner.address)","worker":"rig1","diff":100,"sdiff":1000,"hash":"\#(hash)","nonce":"1a2b3c4d"}"#
            try await rig.apply([
                rig.event(.shareSubmitted, at: rig.clock.now.adding(seconds: -60), known),
                rig.share(of: miner, 100, 999, at: rig.clock.now.adding(seconds: -50)),
                rig.share(of: miner, 100, 50, worker: "rig2", accepted: false, reason: "low difficulty"),
            ])
            let answer = try await rig.get(path, by: miner)
            #expect(answer.status == 200)
            #expect(answer.headers[.cacheControl] == "private, no-store")
            #expect(answer.column("difficulty", of: "data") == [100, 100, 100])
            #expect(answer.column("share_diff", of: "data") == [50, 999, 1000])
            #expect(answer.column("is_valid", of: "data") == [false, true, true])
            #expect(answer.column("is_block", of: "data") == [false, false, false])
            #expect(answer.column("worker_name", of: "data") == ["rig2", "rig1", "rig1"])
            #expect(answer.column("hash", of: "data") == [.null, .null, .string(hash)])
            #expect(answer.column("nonce", of: "data") == [.null, .null, "1a2b3c4d"])
            #expect(answer.column("network_diff", of: "data") == [6000, 6000, 5000])
            #expect(answer.column("is_personal_best", of: "data") == [false, false, true])
            #expect(answer.column("is_above_average", of: "data") == [false, false, true])
            #expect(answer.column("reject_reason", of: "data") == ["low difficulty", .null, .null])
            #expect(answer.column("time", of: "data").last == .string(rig.clock.now.adding(seconds: -60).rfc3339))
        }
    }

    @Test("While nothing is known of the network, its difficulty is the assumed one")
    func assumedDifficulty() async throws {
        try await MiningRig.run(["NETWORK_DIFFICULTY_FALLBACK": "123"]) { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner)])
            #expect(try await rig.get(path, by: miner).column("network_diff", of: "data") == [123])
        }
    }

    @Test("Pages walk over idle days and end; what arrives meanwhile does not move them")
    func walk() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let ages: [Int64] = [0, 1, 3, 86_400, 4 * 86_400, 4 * 86_400 + 1, 8 * 86_400, 40 * 86_400]
            try await rig.apply(ages.map { try rig.share(of: miner, 1000, Double(2000 + $0), at: rig.clock.now.adding(seconds: -$0)) })
            var seen: [JSONValue] = []
            var cursor = ""
            repeat {
                let page = try await rig.get(path + "?limit=3" + cursor, by: miner)
                seen += page.column("share_diff", of: "data")
                cursor = page["pagination.next_cursor"]?.stringValue.map { "&cursor=" + $0 } ?? ""
                try await rig.apply([rig.share(of: miner, at: rig.clock.now.adding(seconds: 1))])
            } while !cursor.isEmpty && seen.count < 50
            #expect(seen == ages.map { .integer(2000 + $0) })
        }
    }

    @Test("Days dropped between two pages end the list")
    func retention() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply((0..<3).map { try rig.share(of: miner, at: rig.clock.now.adding(seconds: -86_400 * $0)) })
            let first = try await rig.get(path + "?limit=1", by: miner)
            let today = UTCDay(containing: rig.clock.now)
            try await rig.execute("delete from shares where time < \(today.start)")
            var cursor = first["pagination.next_cursor"]?.stringValue
            for _ in 0..<5 {
                guard let next = cursor else { break }
                let page = try await rig.get(path + "?limit=1&cursor=\(next)", by: miner)
                #expect(page.list("data").isEmpty)
                cursor = page["pagination.next_cursor"]?.stringValue
            }
            #expect(cursor == nil)
        }
    }

    @Test("Rejected shares behind the last accepted one are on the first page, also of who has no others")
    func rejectedLast() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let other = try await rig.miner(RigAddress.second)
            try await rig.apply([
                rig.share(of: miner, 100, 200, at: rig.clock.now.adding(seconds: -3 * 86_400)),
                rig.share(of: miner, 100, 1, accepted: false),
                rig.share(of: other, 100, 2, worker: "only", accepted: false),
            ])
            #expect(try await rig.get(path, by: miner).column("share_diff", of: "data") == [1, 200])
            #expect(try await rig.get(path, by: other).column("share_diff", of: "data") == [2])
            #expect(try await rig.get(path + "?worker_name=only", by: other).column("share_diff", of: "data") == [2])
        }
    }

    private static func block(_ height: Int, _ digit: String, _ difficulty: Int) -> String {
        #"{"height":\#(height),"hash":"\#(String(repeating: digit, count: 64))","diff":\#(difficulty)}"#
    }
}
