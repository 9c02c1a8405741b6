import Foundation
import GameRules
import NIOCore
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

/// Who is online (spec 03a §7.2–§7.4, §8.1, §13.15).
@Suite("Sessions", .serialized)
struct SessionTests {
    private struct Bench: Sendable {
        let rig: IngestRig
        let pipeline: MiningPipeline
        let start: Instant

        func connect(_ second: Int64, id: Int? = nil, worker: String = "rig1", agent: String? = nil, difficulty: Double? = nil) async throws
        {
            var members = #""user":"\#(SliceRig.address)","worker":"\#(worker)","ip":"192.0.2.1""#
            if let id { members += #","client_id":\#(id)"# }
            if let agent { members += #","useragent":"\#(agent)""# }
            if let difficulty { members += #","initial_diff":\#(difficulty)"# }
            try await apply(.minerConnected, second, members)
        }

        func disconnect(_ second: Int64, id: Int? = nil, worker: String = "rig1") async throws {
            var members = #""user":"\#(SliceRig.address)","worker":"\#(worker)""#
            if let id { members += #","client_id":\#(id)"# }
            try await apply(.minerDisconnected, second, members)
        }

        func retarget(_ second: Int64, _ difficulty: Double) async throws {
            let members = #""user":"\#(SliceRig.address)","worker":"rig1","old_diff":1,"new_diff":\#(difficulty)"#
            try await apply(.difficultyUpdated, second, members)
        }

        func share(_ second: Int64) async throws {
            let event = try rig.event(
                .shareSubmitted,
                at: start.adding(seconds: second),
                #"{"user":"\#(SliceRig.address)","worker":"rig1","diff":1000,"sdiff":2000}"#
            )
            _ = try await pipeline.shares.apply([event], now: rig.runtime.clock.now())
        }

        private func apply(_ kind: EventKind, _ second: Int64, _ members: String) async throws {
            let event = try rig.event(kind, at: start.adding(seconds: second), "{\(members)}")
            try await pipeline.control[kind]?.apply([event], now: rig.runtime.clock.now())
        }

        var isOnline: Bool {
            get async throws { try await rig.number("select count(*) from workers where worker_name = 'rig1' and is_online") == 1 }
        }

        func live(_ field: String) async throws -> String? {
            try await rig.runtime.redis.send(RedisCommand("HGET", LiveKeys.worker(SliceRig.address, "rig1"), field)).string
        }
    }

    /// A miner with an account, a hundred seconds before now.
    private func bench(hasOwnRedis: Bool = false, _ body: @escaping @Sendable (Bench) async throws -> Void) async throws {
        try await IngestRig.run(hasOwnRedis: hasOwnRedis) { rig in
            try await rig.runtime.database.execute(
                "insert into users (btc_address, created_at, updated_at) values (\(SliceRig.address), now(), now())"
            )
            try await body(Bench(rig: rig, pipeline: rig.pipeline(), start: Clock.system.now().adding(seconds: -100)))
        }
    }

    @Test("A late disconnect of an old session cannot switch off a worker that has reconnected")
    func reconnected() async throws {
        try await bench { bench in
            try await bench.connect(10, id: 5)
            try await bench.connect(20, id: 6)
            try await bench.disconnect(21, id: 5)
            #expect(try await bench.isOnline)
            try await bench.disconnect(30, id: 6)
            #expect(try await !bench.isOnline)
            #expect(try await bench.live("is_online") == "0")
            let before = try await bench.rig.text("select disconnected_at::text from workers")
            try await bench.disconnect(15)
            #expect(try await bench.rig.text("select disconnected_at::text from workers") == before)
        }
    }

    @Test("A disconnect that arrives before its connect leaves the worker offline, and its session closed")
    func endBeforeBegin() async throws {
        try await bench { bench in
            try await bench.disconnect(12, id: 5)
            try await bench.connect(10, id: 5)
            #expect(try await !bench.isOnline)
            try await bench.connect(20, id: 6)
            #expect(try await bench.isOnline)
            try await bench.disconnect(30, id: 6)
            #expect(try await !bench.isOnline)
        }
    }

    @Test("A disconnect older than the last share changes nothing")
    func shareAfter() async throws {
        try await bench { bench in
            try await bench.connect(10)
            try await bench.share(50)
            try await bench.disconnect(40)
            #expect(try await bench.isOnline)
            try await bench.disconnect(60)
            #expect(try await !bench.isOnline)
            try await bench.share(55)
            #expect(try await !bench.isOnline)
            try await bench.share(70)
            #expect(try await bench.isOnline)
            #expect(try await bench.live("is_online") == "1")
        }
    }

    @Test("What a connect tells is kept, empty values leave what was there, and the older of two connects changes nothing")
    func description() async throws {
        try await bench { bench in
            try await bench.connect(20, id: 1, agent: "bitaxe/2.6", difficulty: 512)
            try await bench.connect(30, id: 2)
            try await bench.connect(10, id: 3, agent: "old/1.0", difficulty: 1)
            #expect(try await bench.rig.text("select user_agent from workers") == "bitaxe/2.6")
            #expect(try await bench.rig.number("select current_diff::bigint from workers") == 512)
            #expect(try await bench.live("useragent") == "bitaxe/2.6")
            #expect(try await bench.live("ip") == "192.0.2.1")
            #expect(try await bench.live("connected_at") == bench.start.adding(seconds: 30).rfc3339)
            let names = RedisCommand("SISMEMBER", LiveKeys.workers(SliceRig.address), "rig1")
            #expect(try await bench.rig.runtime.redis.send(names).int == 1)
        }
    }

    @Test("Retargets out of order leave the newest difficulty")
    func retargets() async throws {
        try await bench { bench in
            try await bench.connect(10, difficulty: 512)
            try await bench.retarget(30, 4096)
            try await bench.retarget(20, 1024)
            #expect(try await bench.rig.number("select current_diff::bigint from workers") == 4096)
            #expect(try await bench.live("current_diff").flatMap(Double.init) == 4096)
        }
    }

    @Test("A connect of an address without an account makes no row, and is remembered for a day only")
    func stranger() async throws {
        try await IngestRig.run { rig in
            let event = try rig.event(
                .minerConnected,
                at: Clock.system.now(),
                #"{"user":"\#(SliceRig.address)","worker":"rig1","client_id":4}"#
            )
            try await rig.pipeline().control[.minerConnected]?.apply([event], now: Clock.system.now())
            #expect(try await rig.number("select count(*) from users") == 0)
            #expect(try await rig.number("select count(*) from workers") == 0)
            let life = try await rig.runtime.redis.send(RedisCommand("TTL", LiveKeys.worker(SliceRig.address, "rig1"))).int
            #expect((1...86_400).contains(life ?? 0))
        }
    }

    @Test("A silent worker goes off after five minutes, at the instant it was due; not while ingest is behind")
    func silent() async throws {
        try await bench { bench in
            try await bench.connect(10)
            try await bench.share(50)
            let timeout = bench.pipeline.timeout
            let due = bench.start.adding(seconds: 350)
            #expect(try await timeout.run(now: due.adding(seconds: -1), settled: due) == 0)
            let late = due.adding(seconds: 30)
            #expect(try await timeout.run(now: late, settled: late.adding(seconds: -61)) == 0)
            #expect(try await timeout.run(now: late, settled: late.adding(seconds: -5)) == 1)
            #expect(try await !bench.isOnline)
            #expect(try await bench.live("is_online") == "0")
            #expect(try await bench.live("disconnected_at") == due.rfc3339)
            #expect(try await timeout.run(now: late, settled: late) == 0)
        }
    }

    @Test("Owners hear of every switch with its reason, and observers see it inside the transaction")
    func told() async throws {
        final class Watcher: BatchObserver {
            let (seen, continuation) = AsyncStream.makeStream(of: WorkerSwitch.self)
            func batchStored(_ change: BatchChange, in transaction: PostgresTransaction) async throws {
                for change in change.switches { continuation.yield(change) }
            }
        }
        try await bench(hasOwnRedis: true) { bench in
            let watcher = Watcher()
            let bench = Bench(rig: bench.rig, pipeline: bench.rig.pipeline(observers: [watcher]), start: bench.start)
            let user = UserID(try await bench.rig.number("select id from users"))
            let messages = bench.rig.runtime.redis.makeSubscriber()
            try await messages.subscribe([Publisher.topic(of: user)])
            try await bench.connect(10, id: 1)
            try await bench.disconnect(20, id: 1)
            try await bench.share(30)
            var expected = [
                #""type":"worker_status","worker":"rig1","status":"online","reason":"connect""#,
                #""type":"worker_status","worker":"rig1","status":"offline","reason":"disconnect""#,
                #""type":"worker_status","worker":"rig1","status":"online","reason":"share""#,
            ]
            for await message in messages.messages where String(buffer: message.payload).contains("worker_status") {
                #expect(String(buffer: message.payload).contains(expected.removeFirst()))
                if expected.isEmpty { break }
            }
            await messages.close()
            var reasons: [WorkerSwitch.Reason] = []
            for await change in watcher.seen {
                reasons.append(change.reason)
                if reasons.count == 3 { break }
            }
            #expect(reasons == [.connect, .disconnect, .share])
        }
    }
}
