import GameRules
import Logging
import NIOCore
import NIOPosix
import Redis
import TestServers
import Testing

@testable import Mining

/// What batches of shares leave in Redis (spec 03a §8).
@Suite("Live state")
struct LiveStateTests {
    private static let noon = "2026-02-25T12:00:00Z"
    private static let hash = LiveKeys.worker("a", "w")

    private struct Rig: Sendable {
        let redis: RedisClient

        func write(_ shares: [OwnedShare], at now: String = noon) async throws {
            var delta = LiveDelta()
            delta.add(shares)
            try await LiveState(redis: redis).write(delta, now: try #require(Instant(rfc3339: now)))
        }

        func fields(_ key: String) async throws -> [String: String] {
            let pairs = try await redis.send(RedisCommand("HGETALL", key)).map ?? []
            return pairs.reduce(into: [:]) { $0[$1.key.string ?? ""] = $1.value.string }
        }

        /// The sums of a ring by the names their fields would have, wherever they are kept.
        func ring(_ key: String) async throws -> [String: Double] {
            var sums: [String: Double] = [:]
            try await redis.reply(to: RedisCommand("HGETALL", key), timeout: nil).forEachPair { name, value in
                let field = String(decoding: name.bytes, as: UTF8.self)
                if field.count == 1 {
                    RingFields.forEachEntry(of: value) { bucket, amount in sums["\(field)\(bucket)", default: 0] += amount }
                } else if field != "swept" {
                    sums[field, default: 0] += value.double ?? .nan
                }
            }
            return sums
        }

        func number(_ command: StaticString, _ arguments: String...) async throws -> Int? {
            try await redis.send(RedisCommand(command, arguments: arguments.map { .string($0) })).int
        }
    }

    private func onRedis(_ body: @Sendable (Rig) async throws -> Void) async throws {
        try await withRedis { server in
            let redis = RedisClient(
                configuration: try RedisConfiguration(url: server.url),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                logger: Logger(label: "live") { _ in SwiftLogNoOpLogHandler() }
            )
            try await redis.connect()
            do { try await body(Rig(redis: redis)) } catch {
                await redis.close()
                throw error
            }
            await redis.close()
        }
    }

    @Test("Work is summed exactly, in the worker's ring with counts and in the user's without; a batch of several shares is one sum")
    func sums() async throws {
        try await onRedis { rig in
            let times = ["2026-02-25T11:59:50Z", "2026-02-25T11:59:58Z", "2026-02-25T11:59:59Z"]
            for time in times { try await rig.write([try BatchDeltaTests.share(time, assigned: 0.1)]) }
            try await rig.write([try BatchDeltaTests.share(times[0], assigned: 0.5), try BatchDeltaTests.share(times[0], assigned: 0.25)])
            let worker = try await rig.ring(LiveKeys.workerRing("a", "w"))
            let user = try await rig.ring(LiveKeys.userRing("a"))
            // The first share was packed with the sweep of its minute.
            let sum = 0.1 + (0.1 + 0.1 + (0.5 + 0.25))
            let work = ["s177202079": sum, "m29533679": sum, "h492227": sum]
            #expect(user == work && worker == work.merging(["n29533679": 5]) { $1 })
            let hash = try await rig.fields(Self.hash)
            #expect(hash["valid_shares"] == "5" && hash["shares_session"] == "5" && hash["invalid_shares"] == nil)
            #expect(hash["last_share"].flatMap { Instant(rfc3339: $0) } == Instant(rfc3339: times[2]))
            #expect(hash["is_online"] == "1" && hash["best_diff"].flatMap { Double($0) } == 2000)
        }
    }

    @Test("A ring read back from its fields is the ring, whatever else its hash holds")
    func ringReadBack() async throws {
        try await onRedis { rig in
            var ring = WorkRing()
            for (time, work) in [("11:55:10", 0.125), ("11:59:30", 0.1), ("12:00:01", 1e17 / 3)] {
                let instant = try #require(Instant(rfc3339: "2026-02-25T\(time)Z"))
                ring.add(work: work, at: instant)
                ring.count(shares: 3, at: instant)
            }
            let key = "other"
            let now = try #require(Instant(rfc3339: "2026-02-25T12:00:30Z"))
            let fields = ring.increments(at: now).flatMap { [RedisArgument.string($0.field), .string("\($0.amount)")] }
            try await rig.redis.send(RedisCommand("HSET", arguments: [.string(key), "swept", "29533680", "hx", "1", "s", "2"] + fields))
            #expect(try await RingReader(redis: rig.redis).ring(key) == ring)
            #expect(try await RingReader(redis: rig.redis).ring("nothing") == WorkRing())
            #expect(ring.acceptedInHour(at: now) == 9)
            #expect(ring.acceptedInHour(at: now.adding(seconds: 57 * 60)) == 6)
            try await rig.redis.send(RedisCommand("SET", "text", "no ring"))
            await #expect(throws: RedisError.self) { try await RingReader(redis: rig.redis).ring("text") }
        }
    }

    @Test("Two workers of one address add to one ring of the user")
    func twoWorkers() async throws {
        try await onRedis { rig in
            var other = try BatchDeltaTests.share("2026-02-25T11:59:59Z", worker: 2, assigned: 3)
            other.workerName = "w2"
            try await rig.write([try BatchDeltaTests.share("2026-02-25T11:59:59Z", assigned: 4), other])
            #expect(try await rig.ring(LiveKeys.userRing("a"))["h492227"] == 7)
            #expect(try await rig.ring(LiveKeys.workerRing("a", "w2"))["h492227"] == 3)
            #expect(try await rig.number("SCARD", LiveKeys.workers("a")) == 2)
            #expect(try await rig.number("ZCARD", LiveKeys.onlineWorkers(UserID(1))) == 2)
            #expect(try await rig.number("ZCARD", LiveKeys.activeWorkers) == 2)
        }
    }

    @Test("A batch of very many workers is written whole, also into a Redis that knows no script")
    func manyWorkers() async throws {
        try await onRedis { rig in
            try await rig.redis.send(RedisCommand("SCRIPT", "FLUSH"))
            let shares = try (1...450).map { number in
                var share = try BatchDeltaTests.share("2026-02-25T11:59:59Z", worker: Int64(number), assigned: 1)
                share.workerName = "w\(number)"
                return share
            }
            try await rig.write(shares)
            #expect(try await rig.ring(LiveKeys.userRing("a"))["h492227"] == 450)
            #expect(try await rig.number("SCARD", LiveKeys.workers("a")) == 450)
        }
    }

    @Test("A script that somebody loads while its calls run has each call's effect once")
    func loadedMeanwhile() async throws {
        try await onRedis { rig in
            let key = LiveKeys.userRing("loaded")
            let script = RedisScript("return redis.call('INCR', KEYS[1]) -- nobody else's")
            let call = script.call([key], [])
            let answers = try await Scripts.run(
                [call, call, RedisCommand("SCRIPT", "LOAD", script.source), call],
                of: script,
                on: rig.redis
            )
            #expect(answers.compactMap { $0.int } == [2, 3, 1])
            #expect(try await rig.number("GET", key) == 3)
        }
    }

    @Test("A batch of a whole day leaves only what some figure still reads, and everything in the counts")
    func backlog() async throws {
        try await onRedis { rig in
            let start = try #require(Instant(rfc3339: "2026-02-22T00:00:00Z"))
            let shares = try (0..<10_000).map { number in
                try BatchDeltaTests.share(start.adding(seconds: Int64(number) * 30).rfc3339, assigned: 1)
            }
            try await rig.write(shares, at: "2026-02-25T11:20:00Z")
            let ring = try await rig.ring(LiveKeys.workerRing("a", "w"))
            #expect(ring.count <= 37 + 62 + 26 + 62 && ring["h492226"] == 120)
            #expect(try await rig.fields(Self.hash)["valid_shares"] == "10000")
        }
    }

    @Test("Users' minutes begin at different seconds, a user's every sixty", arguments: [1, 59, 60, 61, 12_345])
    func minutes(user: Int64) throws {
        let noon = try #require(Instant(rfc3339: Self.noon))
        let seconds = (0..<180).filter { second in
            let minutes = [second - 1, second].map { WorkerActivity.minute(of: UserID(user), at: noon.adding(seconds: Int64($0))) }
            return minutes[0] < minutes[1]
        }
        let first = Int(user % 60)
        #expect(seconds == [first, first + 60, first + 120])
    }

    @Test("The first share of a minute packs what the one before has brought; sums stay, whoever reads them")
    func packing() async throws {
        try await onRedis { rig in
            let keys = [LiveKeys.workerRing("a", "w"), LiveKeys.userRing("a")]
            var ring = WorkRing()
            for (minute, seconds) in [(58, [1, 11, 12]), (59, [1, 30, 31, 59])] {
                for second in seconds {
                    let time = try #require(Instant(rfc3339: "2026-02-25T11:\(minute):00Z")).adding(seconds: Int64(second))
                    try await rig.write([try BatchDeltaTests.share(time.rfc3339, assigned: 3)], at: time.rfc3339)
                    ring.add(work: 3, at: time)
                    #expect(try await RingReader(redis: rig.redis).ring(keys[1]) == ring, "\(time)")
                }
                for key in keys {
                    #expect(Set(try await rig.fields(key).keys).isSuperset(of: ["s", "m", "h", "swept", "m295336\(minute + 20)"]))
                }
            }
            // The minute of the user with number 1 begins at its first second.
            try await rig.write([try BatchDeltaTests.share(Self.noon, assigned: 5)], at: "2026-02-25T12:00:01Z")
            ring.add(work: 5, at: try #require(Instant(rfc3339: Self.noon)))
            #expect(Set(try await rig.fields(keys[0]).keys) == ["s", "m", "h", "n", "swept"])
            #expect(Set(try await rig.fields(keys[1]).keys) == ["s", "m", "h", "swept"])
            #expect(try await RingReader(redis: rig.redis).ring(keys[1]) == ring)
            let counts = try await rig.ring(keys[0]).filter { $0.key.hasPrefix("n") }
            #expect(counts == ["n29533678": 3, "n29533679": 4, "n29533680": 1])
        }
    }

    @Test("Entries keep the order of time, whenever their shares came")
    func order() async throws {
        try await onRedis { rig in
            let key = LiveKeys.userRing("a")
            // The second share of each minute that is written is late, by more and more.
            for (now, time) in [("12:00", "12:00"), ("12:01", "11:30"), ("12:02", "12:00"), ("12:03", "12:03"), ("12:04", "11:10")] {
                try await rig.write([try BatchDeltaTests.share("2026-02-25T\(time):00Z", assigned: 1)], at: "2026-02-25T\(now):00Z")
            }
            var minutes: [(bucket: Int64, amount: Double)] = []
            try await rig.redis.reply(to: RedisCommand("HGETALL", key), timeout: nil).forEachPair { name, value in
                guard String(decoding: name.bytes, as: UTF8.self) == "m" else { return }
                RingFields.forEachEntry(of: value) { minutes.append(($0, $1)) }
            }
            #expect(minutes.map(\.bucket) == [29_533_630, 29_533_650, 29_533_680, 29_533_683])
            #expect(minutes.map(\.amount) == [1, 1, 2, 1])
        }
    }

    @Test("What nobody of ours wrote into a ring is passed over")
    func foreignFields() async throws {
        try await onRedis { rig in
            let key = LiveKeys.userRing("a")
            func entry(_ bucket: UInt32, _ amount: Double) -> [UInt8] {
                withUnsafeBytes(of: bucket.littleEndian) { Array($0) } + withUnsafeBytes(of: amount.bitPattern.littleEndian) { Array($0) }
            }
            let minutes = entry(29_533_678, .infinity) + entry(29_533_679, .nan) + entry(29_533_680, 7) + [1, 2, 3]
            try await rig.redis.send(
                RedisCommand(
                    "HSET",
                    arguments: [
                        .string(key), "m", .buffer(ByteBuffer(bytes: minutes)), "x", .buffer(ByteBuffer(bytes: entry(29_533_680, 1))),
                        "h492229", "inf", "h492226", "words", "s", "",
                    ]
                )
            )
            var ring = WorkRing()
            let now = try #require(Instant(rfc3339: Self.noon))
            ring.add(work: 7, .minute, from: now)
            #expect(try await RingReader(redis: rig.redis).ring(key) == ring)
            try await rig.write([try BatchDeltaTests.share(Self.noon, assigned: 2)])
            ring.add(work: 2, at: now)
            #expect(try await RingReader(redis: rig.redis).ring(key) == ring)
        }
    }

    @Test("Fields nobody reads any more go with the first share of a minute")
    func sweep() async throws {
        try await onRedis { rig in
            try await rig.write([try BatchDeltaTests.share("2026-02-25T10:00:00Z")], at: "2026-02-25T10:00:00Z")
            try await rig.write([try BatchDeltaTests.share(Self.noon)])
            for key in [LiveKeys.workerRing("a", "w"), LiveKeys.userRing("a")] {
                let ring = try await rig.ring(key)
                #expect(ring.keys.filter { $0.hasPrefix("m") } == ["m29533680"] && ring.keys.filter { $0.hasPrefix("h") }.count == 2)
                #expect(try await rig.number("TTL", key) ?? 0 > 89_000)
            }
        }
    }

    @Test("A rejected share is counted and is no sign of life")
    func rejected() async throws {
        try await onRedis { rig in
            try await rig.write([try BatchDeltaTests.share(Self.noon, accepted: false)])
            #expect(try await rig.fields(Self.hash) == ["invalid_shares": "1"])
            #expect(try await rig.number("TTL", Self.hash) ?? 0 > 86_400)
            for key in [LiveKeys.workerRing("a", "w"), LiveKeys.workers("a"), LiveKeys.activeWorkers, LiveKeys.onlineWorkers(UserID(1))] {
                #expect(try await rig.number("EXISTS", key) == 0, "\(key)")
            }
            try await rig.write([try BatchDeltaTests.share(Self.noon), try BatchDeltaTests.share(Self.noon, accepted: false)])
            let hash = try await rig.fields(Self.hash)
            #expect(hash["invalid_shares"] == "2" && hash["valid_shares"] == "1" && hash["is_online"] == "1")
        }
    }

    @Test("A share that comes late changes sums and counts, not what the latest one told; an old one wakes nobody")
    func late() async throws {
        try await onRedis { rig in
            try await rig.write([try BatchDeltaTests.share("2026-02-25T11:59:00Z", assigned: 512)])
            try await rig.write([try BatchDeltaTests.share("2026-02-25T11:58:00Z", assigned: 8)])
            let hash = try await rig.fields(Self.hash)
            #expect(hash["current_diff"].flatMap { Double($0) } == 512 && hash["valid_shares"] == "2")
            #expect(hash["last_share"].flatMap { Instant(rfc3339: $0) } == Instant(rfc3339: "2026-02-25T11:59:00Z"))
            var old = try BatchDeltaTests.share("2026-02-25T11:50:00Z", worker: 2)
            old.workerName = "old"
            try await rig.write([old])
            #expect(try await rig.fields(LiveKeys.worker("a", "old"))["is_online"] == nil)
            #expect(try await rig.number("ZCARD", LiveKeys.onlineWorkers(UserID(1))) == 1)
            #expect(try await rig.number("SISMEMBER", LiveKeys.workers("a"), "old") == 1)
        }
    }
}
