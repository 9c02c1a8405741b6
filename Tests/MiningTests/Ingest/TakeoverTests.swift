import Foundation
import GameRules
import NIOCore
import Platform
import Postgres
import Redis
import Synchronization
import Testing

@testable import Mining

/// What becomes of entries whose consumer does not come back for them (spec 03a §6.2, §6.3).
@Suite("Takeover", .serialized)
struct TakeoverTests {
    /// Lets the real handler commit and then, instead of acknowledging, stands still until its process "dies".
    private final class CommitsAndDies: StreamHandler {
        let handler: ShareHandler
        private let committed: AsyncStream<Void>.Continuation
        let commits: AsyncStream<Void>

        init(_ handler: ShareHandler) {
            self.handler = handler
            (commits, committed) = AsyncStream.makeStream()
        }

        func store(_ entries: [StreamEntry], of stream: String) async throws -> [DeadEntry] {
            _ = try await handler.store(entries, of: stream)
            committed.yield()
            throw CancellationError()
        }
    }

    /// Fails for one entry as a bug would.
    private struct Refuses: StreamHandler {
        struct Bug: Error {}
        let handler: ShareHandler
        let poison: UUID

        func store(_ entries: [StreamEntry], of stream: String) async throws -> [DeadEntry] {
            if entries.contains(where: { $0.fields.string("event_id") == poison.uuidString.lowercased() }) { throw Bug() }
            return try await handler.store(entries, of: stream)
        }
    }

    @Test("A worker that dies between commit and acknowledgement: the next one acknowledges, and nothing counts twice")
    func betweenCommitAndAcknowledgement() async throws {
        try await IngestRig.run { rig in
            try await rig.add((1...100).map { rig.share(1000, 1000 + Double($0)) })
            let dying = CommitsAndDies(rig.shareHandler())
            let first = Task { await rig.consumer("first", handler: dying).run() }
            for await _ in dying.commits { break }
            first.cancel()
            await first.value
            let before = try await rig.runtime.redis.xpending(IngestService.shareStream, group: IngestService.group)
            #expect(before.count == 100)
            #expect(try await rig.number("select count(*) from shares") == 100)

            // The first holds no lease, so the second need not wait for the idle time.
            try await rig.consuming("second", handler: rig.shareHandler()) { try await rig.awaitAcknowledged() }
            #expect(try await rig.number("select count(*) from shares") == 100)
            for total: SQL in [
                "select sum(total_shares)::bigint from user_share_totals", "select sum(total_shares)::bigint from user_daily_stats",
                "select sum(total_shares)::bigint from hourly_shares", "select sum(total_shares)::bigint from daily_shares",
                "select sum(total_shares)::bigint from pool_hourly", "select sum(accepted_shares)::bigint from workers",
            ] {
                #expect(try await rig.number(total) == 100)
            }
        }
    }

    @Test("Entries of a consumer that read them and died without a trace are stored by another")
    func neverTouched() async throws {
        try await IngestRig.run { rig in
            try await rig.add((1...100).map { rig.share(1000, 1000 + Double($0)) })
            let redis = rig.runtime.redis
            try await redis.xgroupCreate(IngestService.shareStream, group: IngestService.group)
            let read = try await redis.xreadgroup(
                group: IngestService.group,
                consumer: "gone",
                streams: [IngestService.shareStream],
                count: 100
            )
            #expect(read.first?.entries.count == 100)
            try await rig.consuming("second", handler: rig.shareHandler()) { try await rig.awaitAcknowledged() }
            #expect(try await rig.number("select total_shares from user_share_totals") == 100)
        }
    }

    @Test("Consumers that give up the same entries at once, more than one call holds, leave one letter of each and nothing pending")
    func givenUpTwice() async throws {
        try await IngestRig.run { rig in
            let (redis, stream, group) = (rig.runtime.redis, IngestService.shareStream, IngestService.group)
            try await rig.add((1...250).map { rig.share(1000, 1000 + Double($0)) })
            try await redis.xgroupCreate(stream, group: group)
            let read = try await redis.xreadgroup(group: group, consumer: "one", streams: [stream], count: 250)
            let dead = try #require(read.first?.entries.map { DeadEntry(entry: $0, reason: "bad_address", deliveries: 3) })
            let letters = DeadLetters(redis: redis, now: rig.runtime.clock.now)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<3 { tasks.addTask { try await letters.keep(dead, of: stream, group: group) } }
                try await tasks.waitForAll()
            }
            let kept = try await redis.xrange(stream + ":dead", count: 1_000).compactMap { $0.fields.string("entry_id") }
            #expect(kept.count == 250 && Set(kept) == Set(dead.map(\.entry.id.description)))
            #expect(try await redis.xinfoGroups(stream).first?.pending == 0)
        }
    }

    @Test("A poison entry is delivered five times and then becomes one dead letter; its neighbours are stored")
    func poison() async throws {
        try await IngestRig.run { rig in
            let poison = UUID()
            try await rig.add([rig.share(1000, 1001), rig.share(1000, 1002, id: poison), rig.share(1000, 1003)])
            let handler = Refuses(handler: rig.shareHandler(), poison: poison)
            try await rig.consuming("only", handler: handler, claimIdle: .milliseconds(50)) { try await rig.awaitAcknowledged() }
            let dead = try await rig.runtime.redis.xrange(IngestService.shareStream + ":dead", count: 10)
            #expect(dead.count == 1)
            #expect(dead.first?.fields.string("reason") == "unprocessable")
            #expect(dead.first?.fields.string("deliveries") == "5")
            #expect(dead.first?.fields.string("raw")?.contains(poison.uuidString.lowercased()) == true)
            #expect(try await rig.number("select count(*) from shares") == 2)
            #expect(try await rig.runtime.redis.xinfoGroups(IngestService.shareStream).first?.lag == 0)
        }
    }

    @Test(
        "A group that disappears, or a stream with it, is made again; what is still there is read again without effect, and a gap noted",
        arguments: [
            RedisCommand("XGROUP", "DESTROY", "mining:share_submitted", "tbg-api-consumers"), RedisCommand("DEL", "mining:share_submitted"),
        ]
    )
    func groupDeleted(loss: RedisCommand) async throws {
        try await IngestRig.run { rig in
            try await rig.add((1...10).map { rig.share(1000, 1000 + Double($0)) })
            let redis = rig.runtime.redis
            try await rig.consuming("only", handler: rig.shareHandler()) {
                try await rig.awaitAcknowledged()
                try await GapLog(database: rig.runtime.database, group: IngestService.group).settle(
                    Clock.system.now(),
                    now: Clock.system.now()
                )
                try await redis.send(loss)
                try await rig.add([rig.share(1000, 5000)])
                try await rig.awaitNumber("select count(*) from shares", toBe: 11)
                try await rig.awaitAcknowledged()
            }
            #expect(try await rig.number("select total_shares from user_share_totals") == 11)
            let gap = try await GapLog(database: rig.runtime.database, group: IngestService.group).current()
            #expect(gap != nil)
        }
    }
}
