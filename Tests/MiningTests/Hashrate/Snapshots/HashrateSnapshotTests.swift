import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// What is kept every five minutes (spec 03 §6.1, §8.7).
@Suite("Snapshots of hashrate")
struct HashrateSnapshotTests {
    private let noon = MiningRig.start

    /// Every snapshot, one a line.
    private func table(_ rig: MiningRig) async throws -> String {
        try await rig.text("select string_agg(h::text, '\n' order by time, user_id, worker_name) from hashrate_snapshots h") ?? ""
    }

    private func times(_ rig: MiningRig, worker: String = "") async throws -> [Instant] {
        try await rig.runtime.database.query("select time from hashrate_snapshots where worker_name = \(worker) order by time").decode(
            Instant.self
        )
    }

    /// Work of 150,000 in the five minutes from noon, and some just outside of them.
    private func mine(_ rig: MiningRig, _ miner: RigMiner) async throws {
        try await rig.apply([
            rig.share(of: miner, 1_000_000, 2e6, at: noon.adding(microseconds: -1)),
            rig.share(of: miner, 50_000, 60_000, at: noon),
            rig.share(of: miner, 70_000, 80_000, worker: "rig2", at: noon.adding(seconds: 250)),
            rig.share(of: miner, 30_000, 80_000, at: noon.adding(seconds: 300).adding(microseconds: -1)),
            rig.share(of: miner, 90_000, 1, accepted: false, at: noon.adding(seconds: 100)),
            rig.share(of: miner, 1_000_000, 2e6, at: noon.adding(seconds: 300)),
        ])
    }

    @Test("Work of 150,000 in the slot is 2,147,483,648,000 H/s, in a row of the user and one of each worker")
    func figures() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            rig.clock.set(noon.adding(seconds: 361))
            try await mine(rig, miner)
            try await HashrateSnapshots(runtime: rig.runtime).run(at: noon.adding(seconds: 300))
            let rows = try await rig.runtime.database.query(
                """
                select worker_name, hashrate_1m, hashrate_5m, hashrate_1h, workers_online from hashrate_snapshots
                where time = \(noon.adding(seconds: 300)) order by worker_name
                """
            )
            let hash = 4_294_967_296.0
            let expected: [(String, Double, Double, Double, Int32)] = [
                ("", 100_000 * hash / 60, 2_147_483_648_000, 1_150_000 * hash / 3600, 2),
                ("rig1", 30_000 * hash / 60, 80_000 * hash / 300, 1_080_000 * hash / 3600, 1),
                ("rig2", 70_000 * hash / 60, 70_000 * hash / 300, 70_000 * hash / 3600, 1),
            ]
            #expect(rows.count == expected.count)
            for (row, known) in zip(rows, expected) {
                let (name, minute, five, hour, online) = try row.decode((String, Double, Double, Double, Int32).self)
                #expect(name == known.0 && online == known.4)
                for (value, right) in [(minute, known.1), (five, known.2), (hour, known.3)] {
                    #expect(abs(value - right) <= right * 1e-12, "\(name): \(value), not \(right)")
                }
            }
            #expect(try await rig.number("select hashrate_5m from workers where worker_name = 'rig2'") == 70_000 * hash / 300)
            // The chart shows the snapshot.
            let chart = try await rig.get("/api/v1/mining/hashrate/chart?window=1h", by: miner)
            #expect(chart.hashrates.last == 2_147_483_648_000)
            #expect(chart.times.last == noon.adding(seconds: 300).rfc3339)
        }
    }

    @Test("A slot taken again, by another leader at the same moment, or after more shares, stays as it was")
    func again() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            rig.clock.set(noon.adding(seconds: 361))
            try await mine(rig, miner)
            let slot = noon.adding(seconds: 300)
            let leaders = [HashrateSnapshots(runtime: rig.runtime), HashrateSnapshots(runtime: rig.runtime)]
            async let one: Void = leaders[0].run(at: slot)
            async let two: Void = leaders[1].run(at: slot)
            _ = try await (one, two)
            let taken = try await table(rig)
            #expect(try await times(rig).filter { $0 == slot }.count == 1)
            try await rig.apply([rig.share(of: miner, 40_000, 50_000, at: noon.adding(seconds: 200))])
            try await leaders[0].run(at: slot)
            try await leaders[1].run(at: slot.adding(seconds: 59))
            #expect(try await table(rig) == taken)
        }
    }

    @Test("A slot is taken at once when all its shares are known to be stored")
    func settled() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let slot = noon.adding(seconds: 300)
            rig.clock.set(slot.adding(seconds: 5))
            try await mine(rig, miner)
            let watermark = Watermark(redis: rig.runtime.redis, group: IngestService.group)
            try await watermark.publish(slot, now: rig.clock.now)
            try await HashrateSnapshots(runtime: rig.runtime).run(at: slot)
            #expect(try await times(rig).last == slot)
        }
    }

    @Test("Slots missed for twenty minutes are filled from minutes, without hour, day and who was online")
    func missed() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let snapshots = HashrateSnapshots(runtime: rig.runtime)
            rig.clock.set(noon.adding(seconds: 60))
            try await rig.apply([rig.share(of: miner, 1000, 2000, at: noon.adding(seconds: -100))])
            try await snapshots.run(at: noon)
            #expect(try await times(rig) == [noon])
            rig.clock.set(noon.adding(seconds: 1260))
            try await rig.apply([
                rig.share(of: miner, 1000, 2000, at: noon.adding(seconds: 280)),
                rig.share(of: miner, 2000, 3000, at: noon.adding(seconds: 700)),
                rig.share(of: miner, 3000, 4000, at: noon.adding(seconds: 1000)),
            ])
            try await snapshots.run(at: noon.adding(seconds: 1200))
            #expect(try await times(rig) == [0, 300, 900, 1200].map { noon.adding(seconds: $0) })
            let rows = try await rig.runtime.database.query(
                """
                select hashrate_1m, hashrate_5m, hashrate_1h, hashrate_24h, workers_online from hashrate_snapshots
                where worker_name = '' and time > \(noon) order by time
                """
            )
            let hash = 4_294_967_296.0
            let expected: [(Double, Double, isPunctual: Bool)] = [
                (1000 * hash / 60, 1000 * hash / 300, false), (0, 2000 * hash / 300, false), (0, 3000 * hash / 300, true),
            ]
            for (row, known) in zip(rows, expected) {
                let (minute, five, hour, day, online) = try row.decode((Double, Double, Double?, Double?, Int32).self)
                #expect(abs(minute - known.0) < 1 && abs(five - known.1) < 1)
                #expect((hour != nil) == known.isPunctual && (day != nil) == known.isPunctual)
                #expect(online == (known.isPunctual ? 1 : 0))
            }
            // The slot nothing was mined in is 0 in the chart.
            let chart = try await rig.get("/api/v1/mining/hashrate/chart?window=1h", by: miner)
            #expect(chart.hashrates.map { ($0 * 300 / hash).rounded() } == [1000, 1000, 0, 2000, 3000])
        }
    }

    @Test("Of slots missed for three hours only those of the last 55 minutes are filled")
    func missedLong() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let snapshots = HashrateSnapshots(runtime: rig.runtime)
            rig.clock.set(noon.adding(seconds: 60))
            try await rig.apply([rig.share(of: miner, at: noon.adding(seconds: -100))])
            try await snapshots.run(at: noon)
            rig.clock.set(noon.adding(seconds: 3 * 3600 + 60))
            try await rig.apply([
                rig.share(of: miner, at: noon.adding(seconds: 90)), rig.share(of: miner, at: noon.adding(seconds: 2 * 3600 + 290)),
                rig.share(of: miner, at: noon.adding(seconds: 2 * 3600 + 590)),
                rig.share(of: miner, at: noon.adding(seconds: 3 * 3600 - 50)),
            ])
            try await snapshots.run(at: noon.adding(seconds: 3 * 3600))
            #expect(try await times(rig) == [0, 7800, 10_800].map { noon.adding(seconds: $0) })
        }
    }

    @Test("Who has been silent for an hour and is offline is in no slot, and its stored rates become 0")
    func silent() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let snapshots = HashrateSnapshots(runtime: rig.runtime)
            rig.clock.set(noon.adding(seconds: 60))
            try await rig.apply([rig.share(of: miner, at: noon.adding(seconds: -100))])
            try await snapshots.run(at: noon)
            #expect(try await rig.number("select hashrate_1h from workers") ?? 0 > 0)
            try await rig.execute("update workers set is_online = false")
            rig.clock.set(noon.adding(seconds: 3660))
            try await snapshots.run(at: noon.adding(seconds: 3600))
            #expect(try await times(rig) == [noon])
            #expect(try await rig.number("select hashrate_1h + hashrate_5m + hashrate_1m from workers") == 0)
        }
    }

    @Test("More miners than are read at once are all taken")
    func many() async throws {
        try await MiningRig.run { rig in
            let miners = [try await rig.miner(), try await rig.miner(RigAddress.second), try await rig.miner(RigAddress.third)]
            rig.clock.set(noon.adding(seconds: 60))
            for miner in miners {
                try await rig.apply((0..<400).map { try rig.share(of: miner, worker: "w\($0)", at: noon.adding(seconds: -30)) })
            }
            try await HashrateSnapshots(runtime: rig.runtime).run(at: noon)
            #expect(try await rig.number("select count(*)::float8 from hashrate_snapshots") == 1203)
            #expect(try await rig.number("select sum(workers_online)::float8 from hashrate_snapshots where worker_name = ''") == 1200)
        }
    }
}
