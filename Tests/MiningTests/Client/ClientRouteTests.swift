import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// The page that devices poll (extension), behind the gate of spec 10 §2.
@Suite("Polled miner")
struct ClientRouteTests {
    private static func path(_ address: String) -> String { "/api/client/\(address)" }

    private func open(_ rig: MiningRig, _ miner: RigMiner, _ isOpen: Bool = true) async throws {
        let answer = try await rig.call(
            .patch,
            "/api/v1/users/me/settings",
            ["privacy": ["publicProfile": .bool(isOpen)]],
            token: miner.token
        )
        try #require(answer.status == 200, "\(answer.text)")
    }

    @Test("Devices find the shape they know, with numbers for names and rounded figures")
    func shape() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await open(rig, miner)
            let now = rig.clock.now
            try await rig.apply([
                rig.share(of: miner, 1000, 5000.5, worker: "garage", at: now.adding(seconds: -70)),
                rig.share(of: miner, 64_000, 70_000.25, worker: "attic", at: now.adding(seconds: -5)),
            ])
            let answer = try await rig.call(.get, Self.path(miner.address))
            #expect(answer.status == 200 && answer.headers[.cacheControl] == "public, max-age=30")
            #expect(answer.json.objectValue?.map(\.name) == ["bestDifficulty", "workersCount", "workers"])
            #expect(answer["bestDifficulty"] == 70_000.25 && answer["workersCount"] == 2)
            let workers = answer.json["workers"]?.arrayValue ?? []
            #expect(workers.map { $0["name"] } == ["worker-1", "worker-2"])
            #expect(
                workers.first?.objectValue?.map(\.name)
                    == ["sessionId", "name", "bestDifficulty", "hashRate", "startTime", "lastSeen"]
            )
            let best = Set(workers.compactMap { $0["bestDifficulty"]?.stringValue })
            #expect(best == ["5000.50", "70000.25"])
            #expect(workers.map { $0["sessionId"] } == ["00000001", "00000002"])
            // 64,000 in at most 300 s, two digits.
            let rate = workers.compactMap { $0["hashRate"]?.doubleValue }.max() ?? 0
            #expect(rate > 0 && Rounding.twoDigits(rate) == rate)
            #expect(workers.contains { $0["lastSeen"] == "2026-02-24T11:58:00.000Z" })
            #expect(workers.allSatisfy { $0["startTime"]?.stringValue?.hasSuffix(":00:00.000Z") == true })
            #expect(!answer.text.contains("garage") && !answer.text.contains("attic") && !answer.text.contains(miner.address))
        }
    }

    @Test("Private, unknown and banned miners and texts that are no address get one answer, from the moment of the change")
    func gate() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner)])
            func look(_ text: String) async throws -> MiningAnswer { try await rig.call(.get, Self.path(text)) }
            /// Everything but the number of the request.
            func body(_ answer: MiningAnswer) -> [JSONValue?] {
                let headers = answer.headers.filter {
                    $0.name.canonicalName != "x-request-id" && !$0.name.canonicalName.contains("ratelimit")
                }
                .map { "\($0.name.canonicalName): \($0.value)" }.sorted()
                return [answer["code"], answer["detail"], .integer(Int64(answer.status)), .string(headers.joined(separator: "\n"))]
            }
            let unknown = body(try await look("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"))
            #expect(unknown[0] == "user_not_found" && unknown[2] == 404)
            #expect(body(try await look(miner.address)) == unknown)
            for text in ["nonsense", "%00", "5", String(repeating: "q", count: 5000)] { #expect(body(try await look(text)) == unknown) }
            try await open(rig, miner)
            #expect(try await look(miner.address).status == 200)
            #expect(try await look(miner.address.uppercased()).status == 200)
            // Tokens are not looked at, be they good or bad.
            for token in [miner.token, "x"] {
                #expect(try await rig.call(.get, Self.path(miner.address), token: token).status == 200)
            }
            try await open(rig, miner, false)
            #expect(body(try await look(miner.address)) == unknown)
            try await open(rig, miner)
            try await rig.runtime.database.execute("update users set is_banned = true where id = \(miner.user)")
            #expect(body(try await look(miner.address)) == unknown)
        }
    }

    @Test("Answers are kept for ten seconds; workers that went offline are not listed and keep their number")
    func kept() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await open(rig, miner)
            try await rig.apply([rig.share(of: miner, worker: "one")])
            try await rig.apply([rig.share(of: miner, worker: "two")])
            let first = try await rig.call(.get, Self.path(miner.address))
            try await rig.runtime.database.execute("update workers set is_online = false where worker_name = 'one'")
            rig.clock.advance(milliseconds: 9_999)
            #expect(try await rig.call(.get, Self.path(miner.address)).bytes == first.bytes)
            rig.clock.advance(milliseconds: 1)
            let second = try await rig.call(.get, Self.path(miner.address))
            #expect(second["workersCount"] == 1 && second.json["workers"]?[0]?["name"] == "worker-2")
            await rig.redis.stop()
            rig.clock.advance(milliseconds: 10_000)
            let stale = try await rig.call(.get, Self.path(miner.address))
            #expect(stale.status == 200 && stale.isStale && stale["workersCount"] == 1)
        }
    }

    @Test("A caller who polls too much is told to wait")
    func limited() async throws {
        try await MiningRig.run(["RATE_LIMIT_SCALE": "0.01"]) { rig in
            let statuses = [
                try await rig.call(.get, Self.path("x")).status, try await rig.call(.get, Self.path("x")).status,
                try await rig.call(.get, Self.path("x")).status, try await rig.call(.get, Self.path("x")).status,
            ]
            #expect(statuses == [404, 404, 404, 429])
        }
    }

    @Test(
        "Two digits remain",
        arguments: [
            (0, 0), (-5, 0), (.nan, 0), (.infinity, 0), (4.4, 4), (9.96, 10), (99.4, 99), (99.5, 100), (1234, 1200), (995, 1000),
            (4.56e15, 4.6e15),
        ] as [(Double, Double)]
    )
    func rounding(value: Double, expected: Double) { #expect(Rounding.twoDigits(value) == expected) }
}
