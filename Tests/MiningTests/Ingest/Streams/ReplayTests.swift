import Foundation
import GameRules
import NIOCore
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

/// Gaps are filled from the raw log, exactly (spec 03a §6.5, §13.9, §13.20).
@Suite("Replay", .serialized)
struct ReplayTests {
    private static let derived = [
        "user_share_totals", "user_daily_stats", "hourly_shares", "daily_shares", "pool_hourly", "personal_bests",
    ]

    /// Writes events into the raw log as the collector does.
    private func log(_ records: [EventRecord], _ rig: IngestRig) async throws {
        let outcome = await RawLogSink(batchLimit: 500, patience: .zero, database: rig.runtime.database).write(records)
        #expect(outcome.rest.isEmpty && outcome.refused.isEmpty)
    }

    private func share(_ number: Int, at time: Instant) -> EventRecord {
        EventRecord(
            name: "share_submitted",
            envelope: EventEnvelope(id: UUID(), time: time, receivedAt: time),
            data: JSONObjectText(
                trusted: ByteBuffer(
                    string: """
                        {"user":"\(SliceRig.address)","worker":"rig\(number % 3)","diff":1024.5,"sdiff":\(900 + number),"accepted":\(number % 9 != 0)}
                        """
                )
            )
        )
    }

    private func digest(_ rig: IngestRig) async throws -> [String?] {
        [
            try await rig.text(
                "select string_agg(t::text, ';' order by user_id) from (select user_id, total_shares, accepted_shares, round(work::numeric, 6), best_diff, days_active from user_share_totals) t"
            ),
            try await rig.text(
                "select string_agg(t::text, ';' order by user_id, day) from (select user_id, day, total_shares, round(total_work::numeric, 6), best_diff, diff_hist, uptime_minutes, workers_seen from user_daily_stats) t"
            ),
            try await rig.text(
                "select string_agg(t::text, ';' order by user_id, bucket) from (select user_id, bucket, total_shares, round(work::numeric, 6), round(share_diff_sum::numeric, 6), best_diff from hourly_shares) t"
            ),
            try await rig.text(
                "select string_agg(t::text, ';' order by user_id, worker_id, bucket) from (select user_id, worker_id, bucket, total_shares, round(work::numeric, 6), best_diff from daily_shares) t"
            ),
            try await rig.text(
                "select string_agg(t::text, ';' order by bucket) from (select bucket, total_shares, round(work::numeric, 6), diff_hist from pool_hourly) t"
            ),
            try await rig.text(
                "select string_agg(t::text, ';' order by user_id, timeframe, period_key) from (select user_id, timeframe, period_key, best_difficulty from personal_bests) t"
            ),
        ]
    }

    @Test("A replay changes nothing where nothing is missing, and brings back the same numbers where all is gone")
    func wholeDay() async throws {
        try await IngestRig.run { rig in
            let end = Clock.system.now()
            let records = (0..<2500).map { share($0, at: end.adding(milliseconds: -Int64($0) * 20_000)) }
            try await log(records, rig)
            try await rig.add(records.map { $0.command(appendingTo: IngestService.shareStream) })
            try await rig.consuming("only", handler: rig.shareHandler()) { try await rig.awaitAcknowledged() }
            let before = try await digest(rig)
            let span = end.adding(seconds: -86_400)..<end.adding(seconds: 1)

            let again = try await rig.pipeline().replay.run(span)
            #expect(again.read == 2500 && again.sharesAdded == 0)
            #expect(try await digest(rig) == before)

            try await rig.runtime.database.execute("delete from shares")
            for table in Self.derived { try await rig.runtime.database.execute("delete from \(identifier: table)") }
            let anew = try await rig.pipeline().replay.run(span)
            #expect(anew.sharesAdded == 2500)
            #expect(try await digest(rig) == before)
        }
    }

    @Test("A span that holds a wallet change gives every share to who held the address then")
    func walletChange() async throws {
        try await IngestRig.run { rig in
            let change = Clock.system.now().adding(seconds: -3600)
            let database = rig.runtime.database
            try await log((0..<10).map { share($0, at: change.adding(seconds: Int64($0) * 60 - 300)) }, rig)
            try await database.execute("insert into users (btc_address, created_at, updated_at) values ('elsewhere', now(), now())")
            try await database.execute(
                """
                insert into wallet_address_history (user_id, old_address, new_address, proven, changed_at)
                select id, \(SliceRig.address), 'elsewhere', true, \(change) from users
                """
            )
            let span = change.adding(seconds: -3600)..<change.adding(seconds: 3600)
            for _ in 0..<2 {
                _ = try await rig.pipeline().replay.run(span)
                #expect(
                    try await rig.number("select count(*) from shares s join users u on u.id = s.user_id where u.btc_address = 'elsewhere'")
                        == 5
                )
                #expect(
                    try await rig.number(
                        "select count(*) from shares s join users u on u.id = s.user_id where u.btc_address = \(SliceRig.address)"
                    )
                        == 5
                )
            }
        }
    }

    @Test("Shares older than eight days are left alone")
    func tooOld() async throws {
        try await IngestRig.run { rig in
            let now = Clock.system.now()
            try await log([share(1, at: now.adding(seconds: -7 * 86_400)), share(2, at: now.adding(seconds: -9 * 86_400))], rig)
            let outcome = try await rig.pipeline().replay.run(now.adding(seconds: -10 * 86_400)..<now)
            #expect(outcome == Replay.Outcome(read: 2, sharesAdded: 1, skipped: 1))
        }
    }

    @Test("After Redis has lost unread entries, the gap is filled from the raw log and closed")
    func emptyRedis() async throws {
        try await IngestRig.run { rig in
            let now = Clock.system.now()
            let gaps = GapLog(database: rig.runtime.database, group: IngestService.group)
            try await gaps.settle(now.adding(seconds: -60), now: now)
            let records = (0..<100).map { share($0, at: now.adding(seconds: -Int64($0))) }
            try await log(records, rig)
            try await rig.add(records.map { $0.command(appendingTo: IngestService.shareStream) })
            try await rig.runtime.redis.send(RedisCommand("FLUSHDB"))

            try await rig.consuming("only", handler: rig.shareHandler()) { try await rig.awaitAcknowledged() }
            #expect(try await rig.number("select count(*) from shares") == 0)
            let gap = try #require(try await gaps.current())
            #expect(gap.from <= now.adding(seconds: -600))
            let repair = GapRepair(
                gaps: gaps,
                replay: rig.pipeline().replay,
                database: rig.runtime.database,
                clock: rig.runtime.clock,
                logger: rig.runtime.logger
            )
            #expect(try await repair.repair(gap).sharesAdded == 100)
            #expect(try await rig.number("select count(*) from shares") == 100)
            #expect(try await gaps.current() == nil)
        }
    }

    @Test("On a fresh deployment nothing has settled, so a missing group is no gap")
    func fresh() async throws {
        try await IngestRig.run { rig in
            try await rig.consuming("only", handler: rig.shareHandler()) {
                try await rig.add([rig.share(1000, 2000)])
                try await rig.awaitNumber("select count(*) from shares", toBe: 1)
            }
            #expect(try await GapLog(database: rig.runtime.database, group: IngestService.group).current() == nil)
        }
    }
}
