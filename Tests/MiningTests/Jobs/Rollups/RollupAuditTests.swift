import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

@Suite("Nightly audit of roll-ups")
struct RollupAuditTests {
    private let day = UTCDay(containing: MiningRig.start)

    private func mine(_ rig: MiningRig) async throws {
        for address in [SliceRig.address, RigAddress.second] {
            let miner = try await rig.miner(address)
            for second: Int64 in [-3 * 86_400, -60, 0, 100, 3600, 86_300, 86_400] {
                try await rig.apply([
                    rig.share(of: miner, 0.1, 0.3, at: day.start.adding(seconds: second)),
                    rig.share(of: miner, 0.1, 0.2, accepted: false, at: day.start.adding(seconds: second + 1)),
                ])
            }
        }
    }

    @Test("Yesterday's rows that disagree are counted by table; other days are not looked at, and nothing is written")
    func counts() async throws {
        try await MiningRig.run { rig async throws in
            try await mine(rig)
            let audit = RollupAudit(runtime: rig.runtime)
            let night = day.end.adding(seconds: 1200)
            #expect(try await audit.run(at: night).isClean)
            for statement: SQL in [
                "update user_daily_stats set total_shares = total_shares + 1 where day = \(day.next) or day = \(day.previous)",
                "update user_daily_stats set best_diff = 7 where day = \(day) and user_id = 1",
                "delete from hourly_shares where bucket = \(day.hour(1).start)",
                "update hourly_shares set work = work + 1e-15 where bucket = \(day.hour(0).start)",
                "update pool_hourly set work = work * 1.001 where bucket = \(day.hour(23).start)",
            ] { try await rig.execute(statement) }
            let found = RollupAudit.Report(userDays: 1, userHours: 2, poolHours: 1)
            #expect(try await audit.run(at: night) == found)
            #expect(try await audit.run(at: night) == found)
            let mended = try await RollupRebuild(database: rig.runtime.database).run(day...day, mends: true, now: night) { _ in }
            #expect(mended == 4)
            #expect(try await audit.run(at: night).isClean)
        }
    }

    @Test("A day nobody mined is clean, also beside what users who left have mined")
    func empty() async throws {
        try await MiningRig.run { rig async throws in
            let audit = RollupAudit(runtime: rig.runtime)
            #expect(try await audit.run(at: day.end).isClean)
            try await mine(rig)
            try await rig.execute("delete from users")
            #expect(try await audit.run(at: day.end.adding(seconds: 1200)).isClean)
            #expect(try await audit.run(at: day.start.adding(seconds: -86_400)).isClean)
        }
    }

    @Test("Of all ranges of shares only the day's is read, once")
    func plan() async throws {
        try await MiningRig.run { rig async throws in
            try await mine(rig)
            let ranges: [String] = try await rig.runtime.database.query(
                "select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'shares'::regclass"
            ).map { try String(postgres: $0[0]) }
            #expect(ranges.count > 3)
            let rows = try await rig.runtime.database.query("explain (format json, costs off) \(sql: RollupAudit.statement(day))")
            let plan = try rows.map { try String(postgres: $0[0]) }.joined()
            let read = plan.matches(of: /"Relation Name": "([a-z_0-9]+)"/).map { String($0.1) }.filter { ranges.contains($0) }
            #expect(read.count == 1, "\(read)")
        }
    }
}
