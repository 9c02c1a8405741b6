import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import NIOCore
import Platform
import Postgres
import Redis
import Synchronization
import Testing

@testable import Mining

/// Silent workers (spec 03 §6.2, §8.13).
@Suite("Worker timeout")
struct WorkerTimeoutTests {
    /// Remembers who went off.
    private final class Watcher: BatchObserver {
        private let workers = Mutex<[Int64]>([])
        var seen: [Int64] { workers.withLock { $0 } }

        func batchStored(_ change: BatchChange, in transaction: PostgresTransaction) async throws {}
        func batchCommitted(_ change: BatchChange) async {
            workers.withLock { $0 += change.switches.filter { $0.reason == .timeout }.map(\.workerID) }
        }
    }

    private func settle(_ rig: MiningRig, at settled: Instant) async throws {
        try await Watermark(redis: rig.runtime.redis, group: IngestService.group).publish(settled, now: rig.clock.now)
    }

    private func status(_ rig: MiningRig, _ miner: RigMiner) async throws -> JSONValue? {
        try await rig.get("/api/v1/mining/workers/rig1", by: miner)["worker.status"]
    }

    @Test("Silent for 299 s a worker is online; after 301 s it is off, and its owner hears of it once")
    func once() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let timeout = MiningJobs(runtime: rig.runtime).timeout
            try await rig.apply([rig.share(of: miner)])
            let messages = rig.runtime.redis.makeSubscriber()
            try await messages.subscribe([Publisher.topic(of: miner.user)])
            for (seconds, count) in [(299, 0), (2, 1), (30, 0)] as [(Int64, Int)] {
                rig.clock.advance(milliseconds: seconds * 1000)
                try await settle(rig, at: rig.clock.now)
                #expect(try await timeout.run(now: rig.clock.now) == count)
                #expect(try await status(rig, miner) == (seconds == 299 ? "online" : "offline"))
            }
            #expect(try await rig.get("/api/v1/mining/hashrate", by: miner)["workers_online"] == 0)
            // The share that brings it back ends what is listened to.
            try await rig.apply([rig.share(of: miner)])
            var told: [String] = []
            for await message in messages.messages {
                let text = String(buffer: message.payload)
                guard text.contains(#""type":"worker_status""#) else { continue }
                told.append(
                    text.contains(#""status":"offline","reason":"timeout""#) ? "off" : text.contains(#""status":"online""#) ? "on" : text
                )
                if told.last == "on" { break }
            }
            await messages.close()
            #expect(told == ["off", "on"])
        }
    }

    @Test("Two leaders at the same moment switch each of many workers off exactly once")
    func leaders() async throws {
        try await MiningRig.run { rig in
            for address in [SliceRig.address, RigAddress.second] {
                let miner = try await rig.miner(address)
                try await rig.apply((0..<400).map { try rig.share(of: miner, worker: "w\($0)") })
            }
            rig.clock.advance(milliseconds: 301_000)
            try await settle(rig, at: rig.clock.now)
            let watcher = Watcher()
            let (one, two) = (
                MiningJobs(runtime: rig.runtime, observers: [watcher]).timeout,
                MiningJobs(runtime: rig.runtime, observers: [watcher]).timeout
            )
            async let first = one.run(now: rig.clock.now)
            async let second = two.run(now: rig.clock.now)
            #expect(try await first + second == 800)
            #expect(watcher.seen.count == 800 && Set(watcher.seen).count == 800)
            #expect(try await rig.number("select count(*)::float8 from workers where is_online") == 0)
            #expect(try await one.run(now: rig.clock.now) == 0)
        }
    }

    @Test("Workers that come back while they are switched off are on in the end, for whoever asks")
    func back() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let names = (0..<200).map { "w\($0)" }
            try await rig.apply(names.map { try rig.share(of: miner, worker: $0) })
            rig.clock.advance(milliseconds: 301_000)
            try await settle(rig, at: rig.clock.now)
            let watcher = Watcher()
            let leaders = (0..<2).map { _ in MiningJobs(runtime: rig.runtime, observers: [watcher]).timeout }
            async let first = leaders[0].run(now: rig.clock.now)
            async let second = leaders[1].run(now: rig.clock.now)
            for some in stride(from: 0, to: 200, by: 20) {
                try await rig.apply(names[some..<some + 20].map { try rig.share(of: miner, worker: $0) })
            }
            let count = try await first + second
            #expect(watcher.seen.count == count && Set(watcher.seen).count == count)
            #expect(try await leaders[0].run(now: rig.clock.now) == 0)
            #expect(try await rig.number("select count(*)::float8 from workers where is_online") == 200)
            let answer = try await rig.get("/api/v1/mining/workers", by: miner)
            #expect(answer["online_count"] == 200)
            #expect(try await rig.get("/api/v1/mining/hashrate", by: miner)["workers_online"] == 200)
        }
    }

    @Test("While ingest is behind, or nothing is known of it, nobody is switched off; states are right when it is back")
    func outage() async throws {
        try await MiningRig.run { rig in
            let (miner, gone) = (try await rig.miner(), try await rig.miner(RigAddress.second))
            let timeout = MiningJobs(runtime: rig.runtime).timeout
            let start = rig.clock.now
            try await rig.apply([rig.share(of: miner), rig.share(of: gone)])
            rig.clock.set(start.adding(seconds: 600))
            #expect(try await timeout.run(now: rig.clock.now) == 0)
            try await settle(rig, at: start)
            #expect(try await timeout.run(now: rig.clock.now) == 0)
            try await settle(rig, at: start.adding(seconds: 539))
            #expect(try await timeout.run(now: rig.clock.now) == 0)
            for miner in [miner, gone] { #expect(try await status(rig, miner) == "online") }
            // Ingest has caught up: one had been mining all the while.
            try await rig.apply([
                rig.share(of: miner, at: start.adding(seconds: 400)), rig.share(of: miner, at: start.adding(seconds: 590)),
            ])
            try await settle(rig, at: start.adding(seconds: 540))
            #expect(try await timeout.run(now: rig.clock.now) == 1)
            #expect(try await status(rig, miner) == "online")
            #expect(try await status(rig, gone) == "offline")
            let ended = try await rig.text(
                "select to_char(disconnected_at at time zone 'UTC', 'HH24:MI:SS') from workers where not is_online"
            )
            #expect(ended == "12:05:00")
        }
    }

    @Test("Rejected shares are no sign of life; the threshold is a setting")
    func threshold() async throws {
        try await MiningRig.run(["WORKER_TIMEOUT_SECONDS": "60"]) { rig in
            let miner = try await rig.miner()
            let timeout = MiningJobs(runtime: rig.runtime).timeout
            try await rig.apply([rig.share(of: miner)])
            rig.clock.advance(milliseconds: 59_000)
            try await rig.apply([rig.share(of: miner, accepted: false)])
            try await settle(rig, at: rig.clock.now)
            #expect(try await timeout.run(now: rig.clock.now) == 0)
            rig.clock.advance(milliseconds: 2000)
            #expect(try await timeout.run(now: rig.clock.now) == 1)
        }
    }
}
