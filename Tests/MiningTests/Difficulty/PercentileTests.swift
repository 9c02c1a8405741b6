import FeatureRig
import API
import Accounts
import Foundation
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

@Suite("Percentile of a best")
struct PercentileTests {
    private static let path = "/api/v1/mining/difficulty/percentile"

    /// How the ranks can be told.
    enum Source: CaseIterable {
        case redis, emptyRedis, noRedis
    }

    @Test("Ties share the better rank, whichever way it is counted", arguments: Source.allCases)
    func ranks(source: Source) async throws {
        try await MiningRig.run { rig in
            var miners: [RigMiner] = []
            for (address, best) in zip(RigAddress.all, [10.0, 20, 20, 40]) {
                let miner = try await rig.miner(address)
                try await rig.apply([rig.share(of: miner, 1, best)])
                miners.append(miner)
            }
            switch source {
            case .redis: break
            case .emptyRedis: try await rig.runtime.redis.send(RedisCommand("FLUSHALL"))
            case .noRedis: await rig.redis.stop()
            }
            for (miner, (rank, percentile)) in zip(miners, [(4, 0), (2, 50), (2, 50), (1, 75)] as [(Int64, Int64)]) {
                for timeframe in ["", "?timeframe=week", "?timeframe=month", "?timeframe=alltime"] {
                    let answer = try await rig.get(Self.path + timeframe, by: miner)
                    #expect(answer.status == 200, "\(answer.text)")
                    #expect(answer["rank"] == .integer(rank))
                    #expect(answer["percentile"] == .integer(percentile))
                    #expect(answer["total_miners"] == 4)
                    #expect(answer.isStale == (source == .noRedis))
                }
            }
            let answer = try await rig.get(Self.path, by: miners[0])
            #expect(answer["timeframe"] == "week")
            #expect(answer["best_difficulty"] == 10)
        }
    }

    @Test("The only miner is at 100; without a share in the running period there is no rank")
    func oneMiner() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let none = try await rig.get(Self.path, by: miner)
            #expect(none.status == 404 && none.code == "no_personal_best")
            for weeks in 3...5 {
                try await rig.apply([rig.share(of: miner, 1000, 5000, at: rig.clock.now.adding(seconds: Int64(-weeks) * 7 * 86_400))])
            }
            #expect(try await rig.get(Self.path + "?timeframe=week", by: miner).status == 404)
            try await rig.apply([rig.share(of: miner, 1000, 4000)])
            let answer = try await rig.get(Self.path, by: miner)
            #expect(answer["rank"] == 1 && answer["percentile"] == 100 && answer["total_miners"] == 1)
        }
    }

    @Test("A timeframe that is none is named")
    func fault() async throws {
        try await MiningRig.run { rig in
            let answer = try await rig.get(Self.path + "?timeframe=day", by: rig.miner())
            #expect(answer.status == 422)
            #expect(answer.faults == ["timeframe:not_allowed"])
        }
    }

    @Test("Banned users are not counted", arguments: [false, true])
    func banned(hasRedis: Bool) async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let top = try await rig.miner(RigAddress.second)
            try await rig.apply([rig.share(of: miner, 1, 10), rig.share(of: top, 1, 99)])
            #expect(try await rig.get(Self.path, by: miner)["rank"] == 2)
            #expect(try await rig.accounts.administration.ban(top.user, at: rig.clock.now))
            // A machine that keeps on mining does not come back by itself.
            try await rig.apply([rig.share(of: top, 1, 199)])
            if !hasRedis { await rig.redis.stop() }
            let answer = try await rig.get(Self.path, by: miner)
            #expect(answer["rank"] == 1 && answer["total_miners"] == 1)
        }
    }

    @Test("Who is pardoned is counted again, with what was mined meanwhile")
    func pardoned() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let top = try await rig.miner(RigAddress.second)
            try await rig.apply([rig.share(of: miner, 1, 10), rig.share(of: top, 1, 5)])
            #expect(try await rig.accounts.administration.ban(top.user, at: rig.clock.now))
            try await rig.apply([rig.share(of: top, 1, 199)])
            #expect(try await rig.accounts.administration.unban(top.user, at: rig.clock.now))
            for timeframe in ["week", "month", "alltime"] {
                let answer = try await rig.get(Self.path + "?timeframe=\(timeframe)", by: miner)
                #expect(answer["rank"] == 2 && answer["total_miners"] == 2, "\(timeframe)")
            }
        }
    }

    @Test("Who deletes the account is counted no more, nor is a machine that goes on under its address counted as the same miner")
    func deleted() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let top = try await rig.miner(RigAddress.second)
            try await rig.apply([rig.share(of: miner, 1, 10), rig.share(of: top, 1, 99)])
            let gone = try await rig.call(.delete, "/api/v1/users/me", ["confirm": .string(top.address)], token: top.token)
            #expect((200..<300).contains(gone.status), "\(gone.text)")
            for timeframe in ["week", "month", "alltime"] {
                let answer = try await rig.get(Self.path + "?timeframe=\(timeframe)", by: miner)
                #expect(answer["rank"] == 1 && answer["total_miners"] == 1, "\(timeframe)")
            }
            try await rig.apply([rig.share(of: top, 1, 5)])
            let answer = try await rig.get(Self.path, by: miner)
            #expect(answer["rank"] == 1 && answer["total_miners"] == 2)
        }
    }

    @Test("Bans, pardons and deletions that Redis missed reach the ranks as soon as it is back, also from a copy of before")
    func missed() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let (deleted, banned, pardoned) = (
                try await rig.miner(RigAddress.all[1]), try await rig.miner(RigAddress.all[2]), try await rig.miner(RigAddress.all[3])
            )
            try await rig.apply([
                rig.share(of: miner, 1, 10), rig.share(of: deleted, 1, 99), rig.share(of: banned, 1, 98), rig.share(of: pardoned, 1, 97),
            ])
            let administration = rig.accounts.administration
            #expect(try await administration.ban(pardoned.user, at: rig.clock.now))
            let ranks = RankReconciliation(runtime: rig.runtime)
            #expect(try await ranks.run(at: rig.clock.now) == 1)
            rig.clock.advance(milliseconds: 301_000)
            #expect(try await ranks.run(at: rig.clock.now) == 1)
            #expect(try await ranks.run(at: rig.clock.now) == 0)
            #expect(try await rig.get(Self.path, by: miner)["rank"] == 3)

            await rig.redis.stop()
            let gone = try await rig.call(.delete, "/api/v1/users/me", ["confirm": .string(deleted.address)], token: deleted.token)
            #expect((200..<300).contains(gone.status), "\(gone.text)")
            #expect(try await administration.ban(banned.user, at: rig.clock.now))
            #expect(try await administration.unban(pardoned.user, at: rig.clock.now))
            // Away for longer than any overlap.
            rig.clock.advance(milliseconds: 1_000_000)
            await #expect(throws: RedisError.self) { try await ranks.run(at: rig.clock.now) }
            try await rig.redis.start()
            try await rig.runtime.redis.connect()
            #expect(try await rig.get(Self.path, by: miner)["total_miners"] == 3, "the ranks of before")
            #expect(try await ranks.run(at: rig.clock.now) == 3)
            for timeframe in ["week", "month", "alltime"] {
                let answer = try await rig.get(Self.path + "?timeframe=\(timeframe)", by: miner)
                #expect(answer["rank"] == 2 && answer["total_miners"] == 2, "\(timeframe)")
            }
        }
    }

    @Test("A ban without Redis lets the ban stand; ranks follow when they are built again")
    func bannedWithoutRedis() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let top = try await rig.miner(RigAddress.second)
            try await rig.apply([rig.share(of: miner, 1, 10), rig.share(of: top, 1, 99)])
            await rig.redis.stop()
            #expect(try await rig.accounts.administration.ban(top.user, at: rig.clock.now))
            try await rig.redis.start()
            try await rig.runtime.redis.connect()
            let rebuild = LiveRebuild(database: rig.runtime.database, redis: rig.runtime.redis, logger: rig.runtime.logger)
            try await rebuild.run(now: rig.clock.now)
            let answer = try await rig.get(Self.path, by: miner)
            #expect(answer["rank"] == 1 && answer["total_miners"] == 1)
        }
    }
}
