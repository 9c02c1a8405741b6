import Foundation
import GameRules
import Glibc
import LocalServers
import NIOCore
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

/// The collector on real sockets and servers (spec 03a §4, §12, §13.17, §13.18).
@Suite("Collector", .serialized)
struct CollectorTests {
    @Test("Every event is in the raw log with members no reader knows; a submission before validation is nowhere else")
    func rawLog() async throws {
        try await SliceRig.run { rig in
            try await rig.send(
                """
                {"event":"share_submitted","ts":\(rig.now),"firmware":"x","data":{"user":"\(SliceRig.address)","worker":"w","diff":8,"sdiff":9,"mood":[1,2]}}
                """
            )
            try await rig.send(
                """
                {"type":"share.submitted","event_id":"0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c","timestamp":"\(rig.nowText)","pool_instance":"p",\
                "payload":{"address":"\(SliceRig.address)","diff":128.5}}
                """
            )
            try await rig.send(#"{"event":"pool_mood","ts":\#(rig.now),"data":{"mood":"good"}}"#)
            await rig.awaitShares(1)
            try await rig.eventually { try await rig.number("select count(*) from mining_events") == 3 }
            #expect(
                try await rig.number(
                    "select count(*) from mining_events where event_type = 'share_submitted' and payload->'mood' = '[1,2]' and payload->>'worker' = 'w'"
                ) == 1
            )
            #expect(try await rig.number("select count(*) from mining_events where event_type = 'share.submitted'") == 1)
            #expect(try await rig.number("select count(*) from shares") == 1)
            #expect(try await rig.runtime.redis.xlen("mining:unknown") == 1)
            // The share's identity is the same in both places, or a replay would count it twice.
            #expect(
                try await rig.number("select count(*) from mining_events e join shares s on s.event_id = e.event_id and s.time = e.ts") == 1
            )
        }
    }

    @Test("Redis away: events wait on disk while the raw log goes on, and all arrive in order afterwards")
    func redisAway() async throws {
        try await SliceRig.run { rig in
            try await rig.send(rig.share(1000, 1001))
            await rig.awaitShares(1)
            await rig.redis.stop()
            for index in 2...40 { try await rig.send(rig.share(1000, 1000 + Double(index))) }
            try await rig.eventually { try await rig.number("select count(*) from mining_events") == 40 }
            try await rig.eventually {
                rig.collector.health.sinks.contains { $0.name == "redis" && $0.state == "spooling" && $0.spooledBytes > 0 }
            }
            #expect(rig.collector.health.isHealthy && rig.collector.health.status == "degraded")
            try await rig.redis.start()
            try await rig.eventually { try await rig.number("select count(*) from shares") == 40 }
            #expect(try await rig.number("select total_shares from user_share_totals") == 40)
            let entries = try await rig.runtime.redis.xrange(IngestService.shareStream, count: 100)
            let times = entries.compactMap { $0.fields.string("ts") }
            #expect(times == times.sorted())
            try await rig.eventually { rig.collector.health.status == "healthy" }
        }
    }

    @Test("A socket file that is removed comes back, and events flow again")
    func rebound() async throws {
        try await SliceRig.run { rig in
            try await rig.send(rig.share(1000, 1001))
            await rig.awaitShares(1)
            unlink(rig.socketPath)
            #expect(!rig.collector.health.isHealthy)
            try await rig.eventually { rig.collector.health.isHealthy }
            try await rig.send(rig.share(1000, 1002))
            await rig.awaitShares(1)
        }
    }

    @Test("A regular file at the path, another collector, and an unknown group are refused")
    func refused() async throws {
        try await SliceRig.run { rig in
            try await rig.eventually { rig.collector.health.isHealthy }
            #expect(throws: CollectorError.inUse(path: rig.socketPath)) { try PoolSocket(PoolAddress(rig.socketPath)) }
            let file = rig.socketPath + ".file"
            #expect(FileManager.default.createFile(atPath: file, contents: Data()))
            #expect(throws: CollectorError.notASocket(path: file)) { try PoolSocket(PoolAddress(file)) }
            #expect(FileManager.default.fileExists(atPath: file))
            #expect(throws: CollectorError.unknownGroup("nobody-has-this-group")) { try PoolSocket.groupID(named: "nobody-has-this-group") }
            #expect(throws: CollectorError.pathTooLong) { try PoolSocket(PoolAddress("/" + String(repeating: "a", count: 120))) }
        }
    }

    @Test("The socket belongs to its group, is never world-writable, and a stale one is replaced")
    func permissions() async throws {
        try await SliceRig.run { rig in
            let path = rig.socketPath + ".other"
            do {
                let first = try PoolSocket(PoolAddress(path))
                withExtendedLifetime(first) {}
            }
            let group = try PoolSocket.groupID(named: "daemon")
            let socket = try PoolSocket(PoolAddress(path), group: group)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o660)
            if geteuid() == 0 { #expect(attributes[.groupOwnerAccountID] as? Int == Int(group)) }
            socket.unlinkFile()
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("Several pools at once, over datagram and stream sockets")
    func severalPools() async throws {
        try await SliceRig.run(sockets: { ["\($0)/a.sock", "\($0)/b.sock", "stream:\($0)/c.sock"] }) { rig in
            try await rig.eventually { rig.collector.health.isHealthy && rig.collector.health.sockets.count == 3 }
            let folder = (rig.socketPath as NSString).deletingLastPathComponent
            try await rig.send(rig.share(1000, 1001), to: folder + "/a.sock")
            try await rig.send(rig.share(1000, 1002), to: folder + "/b.sock")
            let descriptor = try #require(UnixSocket.connect(to: folder + "/c.sock", type: UnixSocket.stream))
            let text = rig.share(1000, 1003) + "\n" + rig.share(1000, 1004) + "\u{0}" + "garbage\n" + rig.share(1000, 1005)
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: 100) {
                let part = Array(bytes[start..<min(start + 100, bytes.count)])
                #expect(send(descriptor, part, part.count, Int32(MSG_NOSIGNAL)) == part.count)
            }
            close(descriptor)
            await rig.awaitShares(5)
            try await rig.eventually { try await rig.runtime.redis.xlen(SocketDeadLetter.stream) == 1 }
        }
    }

    @Test("A found block is announced on blocks:found")
    func announced() async throws {
        try await SliceRig.run { rig in
            let listener = rig.runtime.redis.makeSubscriber()
            try await listener.subscribe([RedisSink.blockChannel])
            try await rig.send(
                #"{"event":"block_found","ts":\#(rig.now),"data":{"user":"\#(SliceRig.address)","worker":"w","height":800001,"hash":"","diff":0,"network_diff":0,"reward_sats":0}}"#
            )
            for await message in listener.messages {
                let text = String(buffer: message.payload)
                #expect(text.contains(#""event":"block_found""#) && text.contains(#""height":800001"#))
                break
            }
            await listener.close()
            try await rig.eventually { try await rig.number("select count(*) from blocks") == 1 }
        }
    }

    @Test("Near duplicates without ids are one share; the same value three seconds later is another")
    func nearDuplicates() async throws {
        try await SliceRig.run { rig in
            func share(at offset: Int64, achieved: Double = 70000.5) -> String {
                let time = Clock.system.now().adding(milliseconds: offset).decimalSeconds
                return
                    #"{"event":"share_submitted","ts":\#(time),"data":{"user":"\#(SliceRig.address)","worker":"w","diff":65536,"sdiff":\#(achieved)}}"#
            }
            try await rig.send(share(at: -5000))
            try await rig.send(share(at: -4800))
            try await rig.send(share(at: -4000))
            try await rig.send(share(at: -1900))
            try await rig.send(share(at: 0, achieved: 1))
            await rig.awaitShares(3)
            #expect(try await rig.number("select count(*) from shares") == 3)
        }
    }
}
