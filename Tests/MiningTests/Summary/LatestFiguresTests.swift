import FeatureRig
import Foundation
import GameRules
import Platform
import Postgres
import TestServers
import Testing

@testable import Mining

/// What a user's row of totals keeps of the latest day, the latest week and the workers, against the tables it is taken from.
@Suite("Latest figures")
struct LatestFiguresTests {
    private static let today = UTCDay(containing: MiningRig.start)

    private static func stored(_ rig: MiningRig, of user: UserID) async throws -> LatestFigures {
        let rows = try await rig.runtime.database.query(
            "select \(sql: LatestFigures.columns) from user_share_totals where user_id = \(user)"
        )
        return try LatestFigures(try #require(rows.first), from: 0)
    }

    private static func computed(_ rig: MiningRig, of user: UserID) async throws -> LatestFigures {
        var figures = LatestFigures()
        let database = rig.runtime.database
        let days = try await database.query(
            "select day, total_shares, accepted_shares, best_diff from user_daily_stats where user_id = \(user) and total_shares > 0 order by day"
        )
        if let day = days.last {
            (figures.day, figures.dayTotal, figures.dayAccepted, figures.dayBest) = try day.decode((UTCDay?, Int64, Int64, Double).self)
        }
        let weeks = try await database.query(
            "select period_key, best_difficulty from personal_bests where user_id = \(user) and timeframe = 'week' order by period_key"
        ).decode((String, Double).self)
        (figures.week, figures.weekBest) = weeks.last.map { (ISOWeek($0.0), $0.1) } ?? (nil, 0)
        let workers: SQL = "select count(*) from workers where user_id = \(user) and archived_at is null"
        figures.workersTotal = Int32(try await rig.routes.number(workers))
        return figures
    }

    private func figures(_ rig: MiningRig, _ miner: RigMiner, on day: UTCDay) async throws -> SummaryStore.Figures {
        try await SummaryStore(database: rig.runtime.database).figures(of: miner.user, today: day)
    }

    private func best(_ rig: MiningRig, _ miner: RigMiner, worker: String, _ value: Double, at time: Instant) throws -> MiningEvent {
        try rig.event(
            .bestDifficulty,
            at: time,
            #"{"user":"\#(miner.address)","worker":"\#(worker)","new_best":\#(value),"prev_best":0,"timeframe":"session"}"#
        )
    }

    @Test(
        "Whatever comes in whatever order, the row says what the tables say, and the summary of any day what the day's rows say",
        arguments: [1, 2, 3] as [UInt64]
    )
    func anyOrder(_ seed: UInt64) async throws {
        try await MiningRig.run { rig in
            var random = SeededGenerator(seed: seed)
            let miners = [try await rig.miner(), try await rig.miner(RigAddress.second)]
            // Ten days with a turn of the week in them, from Thursday to Saturday.
            let days = (0..<10).map { Self.today.advanced(by: $0 - 12) }
            for _ in 0..<25 {
                let events = try (0..<Int.random(in: 1...6, using: &random)).map { _ in
                    let miner = miners[Int.random(in: 0..<2, using: &random)]
                    let time = days[Int.random(in: 0..<days.count, using: &random)].start
                        .adding(seconds: Int64.random(in: 0..<86_400, using: &random))
                    let worker = "rig\(Int.random(in: 1...4, using: &random))"
                    let difficulty = Double(Int.random(in: 1...50_000, using: &random))
                    return switch Int.random(in: 0..<5, using: &random) {
                    case 0: try best(rig, miner, worker: worker, difficulty, at: time)
                    case 1: try rig.share(of: miner, 1000, difficulty, worker: worker, accepted: false, at: time)
                    default: try rig.share(of: miner, 1, difficulty, worker: worker, at: time)
                    }
                }
                try await rig.apply(events)
                if Int.random(in: 0..<8, using: &random) == 0 {
                    let rest = Int32.random(in: 0..<3, using: &random)
                    try await rig.execute("update workers set archived_at = now() where id % 3 = \(rest)")
                }
                for miner in miners where try await rig.routes.number("select count(*) from workers where user_id = \(miner.user)") > 0 {
                    #expect(try await Self.stored(rig, of: miner.user) == Self.computed(rig, of: miner.user))
                }
            }
            for miner in miners {
                for day in [days[0].previous] + days + [days[9].next] {
                    let summary = try await figures(rig, miner, on: day)
                    let row = try #require(
                        try await rig.runtime.database.query(SummaryStore.selectDay(of: [miner.user], day)).first
                    )
                    let (_, total, accepted, best, week) = try row.decode((UserID, Int64, Int64, Double, Double).self)
                    #expect(summary.latest.dayTotal == total)
                    #expect(summary.latest.dayAccepted == accepted)
                    #expect(summary.latest.dayBest == best)
                    #expect(summary.latest.weekBest == week)
                    let together = try await SummaryStore(database: rig.runtime.database).latest(of: miners.map(\.user), today: day)
                    #expect(together[miner.user] == summary.latest)
                }
            }
        }
    }

    @Test("A share stamped a moment past midnight is tomorrow's; the minutes of the last evening are no day")
    func midnight() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let midnight = Self.today.end
            rig.clock.set(midnight.adding(seconds: -1))
            try await rig.apply([rig.share(of: miner, 1000, 3000, at: midnight.adding(seconds: -2))])
            #expect(try await Self.stored(rig, of: miner.user).day == Self.today)
            try await rig.apply([rig.share(of: miner, 1000, 5000, at: midnight.adding(seconds: 1))])
            let before = try await figures(rig, miner, on: Self.today)
            #expect(before.latest.dayTotal == 1)
            #expect(before.latest.dayBest == 3000)
            #expect(before.latest.weekBest == 5000)
            let after = try await figures(rig, miner, on: Self.today.next)
            #expect(after.latest.dayTotal == 1)
            #expect(after.latest.dayBest == 5000)
            let later = try await figures(rig, miner, on: Self.today.advanced(by: 7))
            #expect(later.latest.dayTotal == 0)
            #expect(later.latest.dayBest == 0)
            #expect(later.latest.weekBest == 0)
            #expect(later.bestAllTime == 5000)
            #expect(later.latest.workersTotal == 1)
        }
    }

    @Test("Workers are counted whoever makes them, archives them or brings them back, and go with their user")
    func workers() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let total = { try await figures(rig, miner, on: Self.today).latest.workersTotal }
            #expect(try await total() == 0)
            try await rig.apply([rig.connect(miner, worker: "rig1"), rig.connect(miner, worker: "rig2")])
            #expect(try await total() == 2)
            try await rig.apply([rig.share(of: miner, worker: "rig2"), rig.share(of: miner, worker: "rig3", accepted: false)])
            #expect(try await total() == 3)
            try await rig.execute("update workers set is_online = false")
            rig.clock.set(rig.clock.now.adding(seconds: 31 * 86_400))
            #expect(try await WorkerArchive(runtime: rig.runtime).run(at: rig.clock.now) == 3)
            #expect(try await total() == 0)
            try await rig.apply([rig.connect(miner, worker: "rig1")])
            #expect(try await total() == 1)
            try await rig.apply([rig.share(of: miner, worker: "rig2"), rig.share(of: miner, worker: "rig2")])
            #expect(try await total() == 2)
            try await rig.execute("delete from workers where worker_name = 'rig1'")
            #expect(try await total() == 1)
            try await rig.execute("delete from users where id = \(miner.user)")
            #expect(try await rig.routes.number("select count(*) from user_share_totals") == 0)
        }
    }

    @Test("Shares, sessions and records of the same users at once wait for each other in one order")
    func atOnce() async throws {
        try await MiningRig.run { rig in
            let miners = [try await rig.miner(), try await rig.miner(RigAddress.second)]
            let now = rig.clock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<6 {
                    group.addTask {
                        let pipeline = MiningPipeline(runtime: rig.runtime, observers: [])
                        for round in 0..<20 {
                            // Each lane names the users in another order. Every other one makes a worker of the second user, whose totals
                            // must not be taken before those of the first.
                            let order = (lane + round).isMultiple(of: 2) ? miners : miners.reversed()
                            var pairs = order.map { miner in (miner, "rig\(round % 3)") }
                            if !lane.isMultiple(of: 2) { pairs.append((miners[1], "lane\(lane)-\(round)")) }
                            switch lane % 3 {
                            case 0:
                                let shares = try pairs.map { try rig.share(of: $0, 1, Double(round * 10 + lane + 1), worker: $1) }
                                _ = try await pipeline.shares.apply(shares, now: now)
                            case 1:
                                try await pipeline.control[.minerConnected]?.apply(pairs.map { try rig.connect($0, worker: $1) }, now: now)
                            default:
                                let bests = try pairs.map { try best(rig, $0, worker: $1, Double(round * 10 + lane + 1), at: now) }
                                try await pipeline.control[.bestDifficulty]?.apply(bests, now: now)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            for miner in miners {
                #expect(try await Self.stored(rig, of: miner.user) == Self.computed(rig, of: miner.user))
            }
            #expect(miners[0].user < miners[1].user)
            #expect(try await Self.stored(rig, of: miners[0].user).workersTotal == 3)
            #expect(try await Self.stored(rig, of: miners[1].user).workersTotal == 3 + 3 * 20)
        }
    }
}
