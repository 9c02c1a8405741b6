import Foundation
import GameRules
import Logging
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

/// Watermark, trimming, dead letters and live rebuild (spec 03a §5, §6.4, §6.6, §8.4).
@Suite("Stream keeping", .serialized)
struct StreamKeeperTests {
    private func groups(_ rig: IngestRig) async throws {
        for kind in EventKind.allCases { try await rig.runtime.redis.xgroupCreate(kind.stream, group: IngestService.group) }
    }

    @Test("The watermark is now less five seconds, held back by what is pending, and absent while a group is missing")
    func watermark() async throws {
        try await IngestRig.run { rig in
            let redis = rig.runtime.redis
            let watermark = Watermark(redis: redis, group: IngestService.group)
            let now = Clock.system.now().adding(seconds: 3600)
            #expect(try await watermark.compute(now: now) == nil)
            try await groups(rig)
            #expect(try await watermark.compute(now: now) == now.adding(seconds: -5))
            let id = try await redis.xadd("mining:share_submitted", fields: [("a", "b")])
            let entered = Instant(millisecondsSinceUnixEpoch: Int64(id.milliseconds))
            #expect(try await watermark.compute(now: now) == entered.adding(seconds: -5))
            _ = try await redis.xreadgroup(group: IngestService.group, consumer: "c", streams: ["mining:share_submitted"], count: 1)
            #expect(try await watermark.compute(now: now) == entered.adding(seconds: -5))
            try await redis.xack("mining:share_submitted", group: IngestService.group, ids: [id])
            #expect(try await watermark.compute(now: now) == now.adding(seconds: -5))
        }
    }

    private func keeper(_ rig: IngestRig, _ gaps: GapLog, _ logger: Logger) -> StreamKeeper {
        let (redis, clock) = (rig.runtime.redis, rig.runtime.clock)
        return StreamKeeper(redis: redis, group: IngestService.group, consumer: "c", gaps: gaps, clock: clock, logger: logger)
    }

    @Test("Nothing settles beyond an open gap")
    func heldByGap() async throws {
        try await IngestRig.run { rig in
            try await groups(rig)
            let gaps = GapLog(database: rig.runtime.database, group: IngestService.group)
            let now = Clock.system.now()
            try await gaps.settle(now.adding(seconds: -100), now: now)
            try await gaps.open(now: now)
            let keeper = keeper(rig, gaps, rig.runtime.logger)
            try await keeper.settle(tick: 0)
            #expect(try await gaps.watermark() == now.adding(seconds: -100))
            let published = try await rig.runtime.redis.send(RedisCommand("HGET", "mining:watermark", "settled_through")).string
            #expect(published == now.adding(seconds: -700).rfc3339)
        }
    }

    @Test("Trimming keeps what any group has not read and the newest entries; only the hard cap cuts deeper, and says so")
    func trimming() async throws {
        try await IngestRig.run { rig in
            let redis = rig.runtime.redis
            let stream = "mining:share_submitted"
            let limits = StreamTrimmer.Limits(kept: 300, cap: 3000)
            var trimmer = StreamTrimmer(redis: redis)
            func add(_ count: Int) async throws {
                _ = try await redis.pipeline((0..<count).map { _ in .xadd(stream, fields: [("a", "b")]) })
            }
            func read(_ group: String, _ count: Int) async throws -> [StreamID] {
                let batches = try await redis.xreadgroup(group: group, consumer: "c", streams: [stream], count: count)
                return batches.first?.entries.map(\.id) ?? []
            }
            for group in ["one", "two"] { try await redis.xgroupCreate(stream, group: group) }
            // A mark every hundred entries, as the keeper makes one every half minute.
            for _ in 0..<20 {
                try await add(100)
                #expect(try await !trimmer.trim(stream, limits: limits))
            }
            #expect(try await redis.xlen(stream) == 2000)
            let first = try await read("one", 2000)
            try await redis.xack(stream, group: "one", ids: first)
            #expect(try await !trimmer.trim(stream, limits: limits))
            #expect(try await redis.xlen(stream) == 2000)
            // The second group has one entry in hand.
            let second = try await read("two", 2000)
            try await redis.xack(stream, group: "two", ids: second.filter { $0 != second[999] })
            #expect(try await !trimmer.trim(stream, limits: limits))
            let held = try await redis.xlen(stream)
            #expect((1001...1200).contains(held))
            try await redis.xack(stream, group: "two", ids: [second[999]])
            #expect(try await !trimmer.trim(stream, limits: limits))
            let left = try await redis.xlen(stream)
            #expect((300...500).contains(left))

            try await add(4000)
            #expect(try await trimmer.trim(stream, limits: limits))
            #expect(try await redis.xlen(stream) < 3300)
        }
    }

    @Test("A stream cut before it was read raises the alarm: an error in the log, and a gap that holds the watermark until it is mended")
    func alarm() async throws {
        try await IngestRig.run { rig in
            try await groups(rig)
            let (now, lines) = (Clock.system.now(), LoggedLines())
            let gaps = GapLog(database: rig.runtime.database, group: IngestService.group)
            try await gaps.settle(now.adding(seconds: -100), now: now)
            let keeper = keeper(rig, gaps, Logger(label: "test") { _ in lines })
            var trimmer = StreamTrimmer(redis: rig.runtime.redis)
            let limits: (String) -> StreamTrimmer.Limits = { _ in StreamTrimmer.Limits(kept: 10, cap: 500) }
            func add(_ count: Int) async throws {
                _ = try await rig.runtime.redis.pipeline((0..<count).map { _ in .xadd(IngestService.shareStream, fields: [("a", "b")]) })
            }
            try await add(400)
            try await keeper.trim(&trimmer, limits: limits)
            #expect(try await gaps.current() == nil && lines.text.isEmpty, "nothing unread may go below the cap")
            #expect(try await rig.runtime.redis.xlen(IngestService.shareStream) == 400)
            try await add(2000)
            try await keeper.trim(&trimmer, limits: limits)
            #expect(try await gaps.current()?.from == now.adding(seconds: -700))
            #expect(lines.text.contains("overflowed") && lines.text.contains("data_gap") && lines.text.contains(IngestService.shareStream))
        }
    }

    @Test("A dead letter goes back into its stream under the same id, and is stored once")
    func redrive() async throws {
        try await IngestRig.run { rig in
            let redis = rig.runtime.redis
            let desk = DeadLetterDesk(redis: redis)
            let id = UUID()
            let dead = "mining:share_submitted:dead"
            // From a newer collector: this reader must not guess.
            var command = rig.share(1000, 2000, id: id)
            command.arguments[3] = "2"
            try await rig.add([command, rig.share(1000, 1500)])
            try await rig.consuming("only", handler: rig.shareHandler()) { try await rig.awaitAcknowledged() }
            let letters = try await desk.letters(of: dead)
            #expect(letters.map(\.reason) == ["unsupported_version"])
            #expect(try await rig.number("select count(*) from shares") == 1)

            // An upgrade understands it: here the version is set back by hand in the letter's place.
            let raw = try #require(letters.first?.raw)
            try await redis.xdel(dead, ids: letters.map(\.id))
            try await redis.send(
                RedisCommand(
                    "XADD",
                    dead,
                    "*",
                    "reason",
                    "unsupported_version",
                    "stream",
                    "mining:share_submitted",
                    "entry_id",
                    letters[0].entryID,
                    "raw",
                    raw.replacing(#""v":"2""#, with: #""v":"1""#)
                )
            )
            #expect(try await desk.redrive(dead) == DeadLetterDesk.Redriven(added: 1, kept: 0))
            try await rig.consuming("only", handler: rig.shareHandler()) { try await rig.awaitAcknowledged() }
            #expect(try await rig.number("select count(*) from shares where event_id = \(id)") == 1)
            #expect(try await redis.xlen(dead) == 0)

            try await redis.send(RedisCommand("XADD", "mining:socket:dead", "*", "reason", "not_json", "raw", "x"))
            #expect(try await desk.redrive("mining:socket:dead") == DeadLetterDesk.Redriven(added: 0, kept: 1))
            #expect(try await desk.purge("mining:socket:dead") == 1)
            #expect(try await desk.counts().isEmpty)
        }
    }

    @Test("After a loss of Redis live state is what it was")
    func rebuild() async throws {
        try await IngestRig.run { rig in
            let redis = rig.runtime.redis
            let now = Clock.system.now()
            let pipeline = rig.pipeline()
            let shares = try (0..<200).map { number in
                try rig.event(
                    .shareSubmitted,
                    at: now.adding(seconds: -Int64(number) * 10),
                    #"{"user":"\#(SliceRig.address)","worker":"rig\#(number % 2)","diff":1000,"sdiff":\#(1000 + number)}"#
                )
            }
            _ = try await pipeline.shares.apply(shares, now: now)
            let reader = LiveReader(redis: redis)
            let before = try await reader.figures(of: SliceRig.owner, address: SliceRig.address, at: now)
            #expect(before.hashrates.oneMinute > 0 && before.workersOnline == 2)
            try await redis.send(RedisCommand("FLUSHDB"))
            let rebuild = LiveRebuild(database: rig.runtime.database, redis: redis, logger: rig.runtime.logger)
            try await rebuild.ifMissing(now: now)
            let after = try await reader.figures(of: SliceRig.owner, address: SliceRig.address, at: now)
            #expect(after.workersOnline == 2)
            for (old, new) in [
                (before.hashrates.oneMinute, after.hashrates.oneMinute), (before.hashrates.fiveMinutes, after.hashrates.fiveMinutes),
                (before.hashrates.oneHour, after.hashrates.oneHour), (before.hashrates.oneDay, after.hashrates.oneDay),
            ] {
                #expect(abs(old - new) <= 1e-9 * old)
            }
            #expect(try await redis.send(RedisCommand("ZSCORE", LiveKeys.rank(.alltime, "all"), "1")).double == 1199)
            // What is there is a part of what the database knows, and is not added to it.
            try await redis.send(RedisCommand("HDEL", LiveKeys.workerRing(SliceRig.address, "rig0"), "n"))
            try await rebuild.run(now: now)
            #expect(try await reader.figures(of: SliceRig.owner, address: SliceRig.address, at: now) == after)
            #expect(try await RingReader(redis: redis).ring(LiveKeys.workerRing(SliceRig.address, "rig0")).acceptedInHour(at: now) > 0)
            // Once built, it is left alone.
            try await redis.send(RedisCommand("DEL", LiveKeys.userRing(SliceRig.address)))
            try await rebuild.ifMissing(now: now)
            #expect(try await redis.send(RedisCommand("EXISTS", LiveKeys.userRing(SliceRig.address))).int == 0)
        }
    }

    @Test("Messages about single shares stop after ten seconds behind and resume at once")
    func pressure() {
        let pressure = IngestPressure()
        #expect(!pressure.note(lag: 20_000))
        #expect(!pressure.isHigh)
        #expect(pressure.note(lag: 20_000))
        #expect(pressure.isHigh)
        #expect(pressure.note(lag: 3))
        #expect(!pressure.isHigh)
    }
}
