import FeatureRig
import API
import Foundation
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// Pages of blocks (spec 03 route 10, §8.3).
@Suite("Block pages")
struct BlockPageTests {
    private static let path = "/api/v1/mining/blocks"

    private func ids(_ answer: MiningAnswer) -> [Int64] { (answer["data"]?.arrayValue ?? []).compactMap { $0["id"]?.int64Value } }

    /// All pages from the first on.
    /// - Parameter between: is told each page before the next one is asked for.
    private func walk(
        _ rig: MiningRig,
        _ miner: RigMiner,
        _ query: String = "",
        between: ([Int64]) async throws -> Void = { _ in }
    ) async throws -> [[Int64]] {
        var pages: [[Int64]] = []
        var cursor = ""
        while true {
            let answer = try await rig.get(Self.path + "?" + query + cursor, by: miner)
            try #require(answer.status == 200, "\(answer.text)")
            pages.append(ids(answer))
            guard answer["pagination.has_more"] == true else {
                #expect(answer["pagination.next_cursor"] == .null)
                return pages
            }
            cursor = "&cursor=" + (answer["pagination.next_cursor"]?.stringValue ?? "")
            try await between(pages.last ?? [])
        }
    }

    @Test("250 blocks at the default limit, cursor pasted raw, are 13 pages and 250 blocks, newest first")
    func all() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await BlockFixture(rig: rig).add(count: 250)
            let pages = try await walk(rig, miner)
            #expect(pages.count == 13 && pages.dropLast().allSatisfy { $0.count == 20 } && pages.last?.count == 10)
            #expect(Set(pages.joined()).count == 250)
            let expected = try await rig.runtime.database.query("select id from blocks order by found_at desc, id desc")
                .map { try Int64(postgres: $0[0]) }
            #expect(Array(pages.joined()) == expected)
            // A page that ends where the list does has no successor.
            let whole = try await walk(rig, miner, "limit=50")
            #expect(whole.map(\.count) == [50, 50, 50, 50, 50])
        }
    }

    @Test("Blocks added and orphaned meanwhile move nothing, and a cursor is good for every caller and filter")
    func stable() async throws {
        try await MiningRig.run { rig in
            let fixture = BlockFixture(rig: rig)
            let miner = try await rig.miner()
            let other = try await rig.miner("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
            try await fixture.add(count: 30)
            let expected = try await walk(rig, miner, "limit=100").joined()
            var added = 0
            let pages = try await walk(rig, miner, "limit=7") { page in
                added += 1
                try await fixture.add(200_000 + added, second: Int64(added))
                // The very block at which the next page begins.
                try await rig.runtime.database.execute("update blocks set status = 'orphaned' where id = \(try #require(page.last))")
            }
            #expect(added == 4)
            #expect(Array(pages.joined()) == Array(expected))
            let first = try await rig.get(Self.path + "?limit=3", by: miner)
            let cursor = first["pagination.next_cursor"]?.stringValue ?? ""
            let next = try await rig.get(Self.path + "?limit=3&cursor=\(cursor)", by: miner)
            #expect(try await rig.get(Self.path + "?limit=3&cursor=\(cursor)", by: other).json == next.json)
            try await rig.runtime.database.execute("update blocks set status = 'orphaned' where id = \(try #require(ids(next).first))")
            let all = try await rig.get(Self.path + "?limit=3&include_orphaned=true&cursor=\(cursor)", by: miner)
            #expect(ids(all) == ids(next))
        }
    }

    @Test("A cursor of another list, cut, changed or padded is refused; so is every value out of range, by name")
    func refusals() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await BlockFixture(rig: rig).add(count: 3)
            let page = try await rig.get(Self.path + "?limit=1", by: miner)
            let cursor = try #require(page["pagination.next_cursor"]?.stringValue)
            let position = PagePosition(time: rig.clock.now, number: 1)
            let cursors = PageCursors(rig.runtime.settings.tokens, random: rig.runtime.random)
            var flipped = Array(cursor)
            flipped[20] = flipped[20] == "A" ? "B" : "A"
            for bad in [
                cursors.cursor(position, of: CursorRoute(tag: 4), for: nil), cursors.cursor(position, of: .blocks, for: miner.user),
                String(cursor.dropLast()), cursor + "A", cursor + "==", String(flipped), "x", "%00",
            ] {
                let answer = try await rig.get(Self.path + "?cursor=\(bad)", by: miner)
                #expect(answer.status == 422 && answer.code == "invalid_cursor", "\(bad): \(answer.text)")
            }
            for (query, fault) in [
                ("limit=0", "limit:out_of_range"), ("limit=101", "limit:out_of_range"), ("limit=abc", "limit:type"),
                ("mine=1", "mine:type"), ("include_orphaned=yes", "include_orphaned:type"),
            ] {
                let answer = try await rig.get(Self.path + "?" + query, by: miner)
                #expect(answer.status == 422 && answer.faults == [fault], "\(query)")
            }
            #expect(try await rig.get(Self.path + "?cursor=&limit=&mine=", by: miner).status == 200)
        }
    }

    @Test("Orphans are left out unless asked for, and `mine` means mine")
    func filters() async throws {
        try await MiningRig.run { rig in
            let fixture = BlockFixture(rig: rig)
            let miner = try await rig.miner()
            let other = try await rig.miner("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
            #expect(ids(try await rig.get(Self.path, by: miner)) == [])
            let orphan = try await fixture.add(800_000, by: miner, status: "orphaned", second: -40)
            let mine = try await fixture.add(800_001, by: miner, status: "confirmed", second: -30)
            let theirs = try await fixture.add(800_002, by: other, second: -20)
            let nobodys = try await fixture.add(800_003, second: -10)
            #expect(ids(try await rig.get(Self.path, by: miner)) == [nobodys, theirs, mine])
            #expect(ids(try await rig.get(Self.path + "?include_orphaned=true", by: miner)) == [nobodys, theirs, mine, orphan])
            #expect(ids(try await rig.get(Self.path + "?mine=true", by: miner)) == [mine])
            #expect(ids(try await rig.get(Self.path + "?mine=true&include_orphaned=true", by: miner)) == [mine, orphan])
            // Nothing here needs Redis.
            await rig.redis.stop()
            let answer = try await rig.get(Self.path, by: miner)
            #expect(answer.status == 200 && ids(answer) == [nobodys, theirs, mine])
            #expect(try await rig.call(.get, Self.path).status == 401)
            #expect(try await rig.call(.get, Self.path, token: "x").status == 401)
        }
    }
}
