import Foundation
import GameRules
import Glibc
import LocalServers
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

/// The collector at its limits (spec 03a §4.1, §4.3, §12, §13.17).
@Suite("Collector at its limits", .serialized)
struct CollectorLimitTests {
    @Test("A datagram of more than 64 KiB is a dead letter, one of 64 KiB an event")
    func truncated() async throws {
        try await SliceRig.run { rig in
            let head = #"{"event":"pool_mood","ts":\#(rig.now),"data":{"mood":""#
            let limit = DatagramParser.maximumByteCount
            let text = head + String(repeating: "x", count: limit - head.utf8.count - 3) + #""}}"#
            try await rig.send(text + "x")
            try await rig.send(text)
            try await rig.eventually { try await rig.runtime.redis.xlen("mining:unknown") == 1 }
            let dead = try await rig.runtime.redis.xrange(SocketDeadLetter.stream, count: 10)
            #expect(dead.compactMap { $0.fields.string("reason") } == ["truncated"])
            #expect(dead.first?.fields.string("detail") == "\(limit + 1) bytes")
            #expect(dead.first?.fields.string("raw")?.utf8.count ?? 0 <= 8192)
        }
    }

    @Test("A Redis that is full refuses events, which wait on disk until there is room")
    func redisFull() async throws {
        try await SliceRig.run { rig in
            try await rig.send(rig.share(1000, 1001))
            await rig.awaitShares(1)
            let redis = rig.runtime.redis
            try await redis.send(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
            for index in 2...20 { try await rig.send(rig.share(1000, 1000 + Double(index))) }
            try await rig.eventually { try await rig.number("select count(*) from mining_events") == 20 }
            try await rig.eventually { rig.collector.health.sinks.contains { $0.name == "redis" && $0.state != "working" } }
            #expect(try await rig.number("select count(*) from shares") == 1)
            try await redis.send(RedisCommand("CONFIG", "SET", "maxmemory", "0"))
            try await rig.eventually { try await rig.number("select total_shares from user_share_totals") == 20 }
            #expect(try await redis.xlen(IngestService.shareStream) == 20)
        }
    }

    @Test("Twenty thousand datagrams at once are all in the stream and in the raw log, in order")
    func burst() async throws {
        try await SliceRig.run { rig in
            try await rig.eventually { rig.collector.health.isHealthy }
            let count = 20_000
            let descriptor = try #require(UnixSocket.connect(to: rig.socketPath, type: UnixSocket.datagram))
            defer { close(descriptor) }
            let now = rig.now
            for number in 0..<count {
                let bytes = Array(
                    """
                    {"event":"diff_updated","ts":\(now),\
                    "data":{"user":"\(SliceRig.address)","worker":"w","old_diff":1,"new_diff":\(number + 1)}}
                    """.utf8
                )
                // A pool that waits while the kernel's queue is full loses nothing.
                #expect(send(descriptor, bytes, bytes.count, 0) == bytes.count)
            }
            try await rig.eventually { try await rig.number("select count(*) from mining_events") == count }
            try await rig.eventually { try await rig.runtime.redis.xlen("mining:diff_updated") == count }
            let values = try await rig.runtime.redis.xrange("mining:diff_updated", count: 2_000).map { $0.fields.string("data") ?? "" }
            #expect(values.enumerated().allSatisfy { $1.contains(#""new_diff":\#($0 + 1)"#) })
        }
    }
}
