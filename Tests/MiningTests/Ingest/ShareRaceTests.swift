import Foundation
import GameRules
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

/// The same share more than once, and several who store it (spec 03a §6.2, §12).
@Suite("Shares delivered twice", .serialized)
struct ShareRaceTests {
    private static let totals: [SQL] = [
        "select count(*) from shares", "select total_shares from user_share_totals",
        "select sum(total_shares)::bigint from user_daily_stats", "select sum(total_shares)::bigint from hourly_shares",
        "select sum(total_shares)::bigint from daily_shares", "select sum(total_shares)::bigint from pool_hourly",
        "select sum(accepted_shares)::bigint from workers",
    ]

    private static func shares(_ rig: IngestRig, _ count: Int) throws -> [MiningEvent] {
        let now = Clock.system.now()
        return try (0..<count).map { number in
            try rig.event(
                .shareSubmitted,
                at: now.adding(milliseconds: -Int64(number)),
                #"{"user":"\#(SliceRig.address)","worker":"rig\#(number % 4)","diff":1000,"sdiff":\#(1000 + number)}"#
            )
        }
    }

    /// Few rows are inserted, many are copied.
    @Test("A batch that holds a share twice stores it once", arguments: [20, 700])
    func withinBatch(_ count: Int) async throws {
        try await IngestRig.run { rig in
            let shares = try Self.shares(rig, count)
            #expect(try await rig.pipeline().shares.apply(shares + shares.reversed(), now: Clock.system.now()) == count)
            for total in Self.totals { #expect(try await rig.number(total) == Int64(count)) }
        }
    }

    @Test("A batch of which some shares are stored already adds the others", arguments: [20, 700])
    func partly(_ count: Int) async throws {
        try await IngestRig.run { rig in
            let shares = try Self.shares(rig, count)
            let pipeline = rig.pipeline()
            #expect(try await pipeline.shares.apply(Array(shares.prefix(count / 4)), now: Clock.system.now()) == count / 4)
            #expect(try await pipeline.shares.apply(shares.shuffled(), now: Clock.system.now()) == count - count / 4)
            #expect(try await pipeline.shares.apply(shares, now: Clock.system.now()) == 0)
            for total in Self.totals { #expect(try await rig.number(total) == Int64(count)) }
        }
    }

    @Test("Three workers that race for the same shares store each once, whatever the order", arguments: [50, 1000])
    func racing(_ batch: Int) async throws {
        let count = 12 * batch
        try await IngestRig.run { rig in
            let shares = try Self.shares(rig, count)
            let added = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 {
                    let pipeline = rig.pipeline()
                    group.addTask {
                        var added = 0
                        for start in stride(from: 0, to: count, by: batch) {
                            added += try await rig.retrying {
                                try await pipeline.shares.apply(shares[start..<(start + batch)].shuffled(), now: Clock.system.now())
                            }
                        }
                        return added
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(added == count)
            for total in Self.totals { #expect(try await rig.number(total) == Int64(count)) }
        }
    }

    @Test("Reasons of rejection are counted once each, whoever of three workers stores them first")
    func rejects() async throws {
        try await IngestRig.run { rig in
            let now = Clock.system.now()
            let payload: (Bool, Int) -> String = { accepted, number in
                let why = accepted ? "" : #","accepted":false,"reject_reason":"\#(number % 3 == 0 ? "stale" : "duplicate")""#
                return #"{"user":"\#(SliceRig.address)","worker":"rig1","diff":1000,"sdiff":\#(1000 + number)\#(why)}"#
            }
            let known = try rig.event(.shareSubmitted, at: now, payload(true, 0))
            _ = try await rig.pipeline().shares.apply([known], now: now)
            let shares = try (0..<300).map { number in
                try rig.event(.shareSubmitted, at: now.adding(milliseconds: -Int64(number)), payload(false, number))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    let pipeline = rig.pipeline()
                    group.addTask {
                        for start in stride(from: 0, to: 300, by: 30) {
                            _ = try await rig.retrying {
                                try await pipeline.shares.apply(shares[start..<(start + 30)].shuffled(), now: now)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let count: (String) -> SQL = { "select coalesce(sum(rejected_shares), 0)::bigint from worker_rejects where reason = \($0)" }
            #expect(try await rig.number(count("stale")) == 100)
            #expect(try await rig.number(count("duplicate")) == 200)
            #expect(try await rig.number("select rejected_shares from workers") == 300)
        }
    }

    @Test("Shares of eight days ago are stored, also those of a day nobody has made room for")
    func anyDay() async throws {
        try await IngestRig.run { rig in
            let now = Clock.system.now()
            let keeper = TimeTableKeeper(database: rig.runtime.database)
            let later = now.adding(seconds: 40 * 86_400)
            let shares = try [now.adding(seconds: -8 * 86_400 + 60), later].map { time in
                try rig.event(.shareSubmitted, at: time, #"{"user":"\#(SliceRig.address)","worker":"rig1","diff":1000,"sdiff":2000}"#)
            }
            #expect(try await rig.pipeline().shares.apply(shares, now: now) == 2)
            try await keeper.makeRanges(at: later)
            #expect(try await rig.number("select count(*) from shares") == 2)
            #expect(try await rig.pipeline().shares.apply(shares, now: later) == 0, "what moved into its own day is still known")
            if try await rig.number("select count(*) from pg_class where relname = 'shares_default'") == 1 {
                #expect(try await rig.number("select count(*) from shares_default") == 0)
            }
        }
    }
}

extension IngestRig {
    /// Repeats what lost a race, as the consumer does.
    fileprivate func retrying<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        while true {
            do { return try await body() } catch  where RetryPolicy.isPassing(error) { continue }
        }
    }
}
