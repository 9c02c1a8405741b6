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

@Suite("Filters and cursors of shares")
struct ShareFilterTests {
    private let path = "/api/v1/mining/shares"

    @Test("Every filter and combination shows what it names")
    func filters() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let stranger = try await rig.miner(RigAddress.second)
            func share(_ age: Int64, _ achieved: Double, _ worker: String, accepted: Bool = true) throws -> MiningEvent {
                try rig.share(of: miner, 100, achieved, worker: worker, accepted: accepted, at: rig.clock.now.adding(seconds: -age))
            }
            try await rig.apply([
                share(1, 101, "a"), share(2, 5000, "b"), share(3, 33, "a", accepted: false), share(4, 44, "b", accepted: false),
                share(90_000, 7000, "a"), rig.share(of: stranger, 100, 9999, worker: "a"),
            ])
            let cases: [(query: String, found: [JSONValue])] = [
                ("", [101, 5000, 33, 44, 7000]),
                ("?valid_only=", [101, 5000, 33, 44, 7000]),
                ("?worker_name=a", [101, 33, 7000]),
                ("?worker_name=nobody", []),
                ("?valid_only=true", [101, 5000, 7000]),
                ("?valid_only=false", [33, 44]),
                ("?min_difficulty=5000", [5000, 7000]),
                ("?min_difficulty=1e3&worker_name=a", [7000]),
                ("?valid_only=false&worker_name=b", [44]),
                ("?valid_only=false&min_difficulty=40", [44]),
                ("?valid_only=true&worker_name=a&min_difficulty=100", [101, 7000]),
                ("?valid_only=true&valid_only=false", [33, 44]),
            ]
            for (query, found) in cases {
                let answer = try await rig.get(path + query, by: miner)
                #expect(answer.column("share_diff", of: "data") == found, "\(query)")
                #expect(answer["pagination.has_more"] == false, "\(query)")
            }
        }
    }

    @Test("A filter that nothing passes gives up after twenty rows for each one asked for, and goes on from there")
    func givingUp() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            // 45 shares at limit 1: two pages of twenty examined in vain, then the one that counts, then the end.
            try await rig.apply(
                (0..<45).map { index in
                    try rig.share(of: miner, 100, index == 42 ? 9000 : 200, at: rig.clock.now.adding(milliseconds: -Int64(index) * 5))
                }
            )
            var counts: [Int] = []
            var cursor = ""
            repeat {
                let page = try await rig.get(path + "?limit=1&min_difficulty=9000" + cursor, by: miner)
                counts.append(page.list("data").count)
                cursor = page["pagination.next_cursor"]?.stringValue.map { "&cursor=" + $0 } ?? ""
                #expect(page["pagination.has_more"] == .bool(!cursor.isEmpty))
            } while !cursor.isEmpty && counts.count < 10
            #expect(counts == [0, 0, 1])
        }
    }

    @Test("A cursor is a position, bound neither to the filters nor to the limit")
    func position() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let shares = try (0..<6).map { number in
                let time = rig.clock.now.adding(seconds: -Int64(number))
                return try rig.share(of: miner, 100, Double(200 + number), accepted: number % 2 == 0, at: time)
            }
            try await rig.apply(shares)
            let first = try await rig.get(path + "?limit=2", by: miner)
            let cursor = try #require(first["pagination.next_cursor"]?.stringValue)
            let rest = try await rig.get(path + "?limit=50&valid_only=false&cursor=\(cursor)", by: miner)
            #expect(rest.column("share_diff", of: "data") == [203, 205])
        }
    }

    @Test("A cursor of another user, list or key, and one that was cut, changed or padded, is refused")
    func foreignCursors() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let other = try await rig.miner(RigAddress.second)
            try await rig.apply((0..<2).map { try rig.share(of: miner, at: rig.clock.now.adding(seconds: -Int64($0))) })
            let first = try await rig.get(path + "?limit=1", by: miner)
            let cursor = try #require(first["pagination.next_cursor"]?.stringValue)
            #expect(try await rig.get(path + "?cursor=\(cursor)", by: miner).status == 200)

            let cursors = PageCursors(rig.runtime.settings.tokens, random: .system)
            let position = PagePosition(time: rig.clock.now, id: UUID())
            let foreign = [
                cursors.cursor(position, of: CursorRoute(tag: 10), for: miner.user), cursors.cursor(position, of: .shares, for: nil),
                PageCursors(key: [1, 2, 3]).cursor(position, of: .shares, for: miner.user), String(cursor.dropLast()), cursor + "%3D",
                "B" + cursor.dropFirst(), "Ag" + cursor.dropFirst(2), "x", "%00", "%E2%80%8B", String(repeating: "A", count: 5000),
            ]
            for text in foreign {
                let answer = try await rig.get(path + "?cursor=\(text)", by: miner)
                #expect(answer.status == 422 && answer.code == "invalid_cursor", "\(text)")
            }
            #expect(try await rig.get(path + "?cursor=\(cursor)", by: other).code == "invalid_cursor")
        }
    }

    @Test(
        "A value out of range or of another type is named, never clamped",
        arguments: [
            ("limit=0", "limit:out_of_range"), ("limit=101", "limit:out_of_range"), ("limit=abc", "limit:type"),
            ("limit=1.5", "limit:type"),
            ("valid_only=1", "valid_only:type"), ("valid_only=True", "valid_only:type"),
            ("min_difficulty=0", "min_difficulty:out_of_range"),
            ("min_difficulty=-5", "min_difficulty:out_of_range"), ("min_difficulty=x", "min_difficulty:type"),
            ("min_difficulty=1e400", "min_difficulty:type"), ("worker_name=\(String(repeating: "w", count: 129))", "worker_name:too_long"),
            ("worker_name=a%00", "worker_name:invalid_characters"),
        ]
    )
    func faults(query: String, fault: String) async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let answer = try await rig.get(path + "?" + query, by: miner)
            #expect(answer.status == 422)
            #expect(answer.faults == [fault])
        }
    }
}
