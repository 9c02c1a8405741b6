import GameRules
import NIOCore
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

/// One share travels the whole way: socket, stream, row, roll-ups, answer, message.
@Suite("Slice", .serialized)
struct SliceTests {
    @Test("A datagram of every dialect becomes a row, its roll-ups, a summary and a message to the owner")
    func everyDialect() async throws {
        try await SliceRig.run { rig in
            try await rig.send(rig.share(65536, 70000))
            try await rig.send(
                """
                {"event":"share_submitted","timestamp":\(rig.now),"user":"\(SliceRig.address)","worker":"rig2","diff":1000,"sdiff":900}
                """
            )
            try await rig.send(
                """
                {"type":"share.accepted","event_id":"0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","timestamp":"\(rig.nowText)","pool_instance":"p",\
                "payload":{"address":"\(SliceRig.address)","worker":"rig1","diff":128.5,"sdiff":64}}
                """
            )
            await rig.awaitShares(3)

            #expect(try await rig.number("select count(*) from shares") == 3)
            #expect(try await rig.number("select count(*) from workers") == 2)
            #expect(try await rig.number("select (sum(work))::bigint from user_share_totals") == 65536 + 900 + 64)
            #expect(try await rig.number("select (sum(total_work))::bigint from user_daily_stats") == 65536 + 900 + 64)
            #expect(try await rig.number("select sum(accepted_shares)::bigint from hourly_shares") == 3)
            #expect(try await rig.number("select sum(accepted_shares)::bigint from daily_shares") == 3)
            #expect(try await rig.number("select sum(accepted_shares)::bigint from pool_hourly") == 3)
            #expect(try await rig.number("select count(*) from personal_bests where best_difficulty = 70000") == 3)
            let summary = try await rig.summary()
            #expect(summary.figures.latest.dayTotal == 3)
            #expect(summary.figures.bestAllTime == 70000)
            #expect(summary.figures.daysActive == 1)
        }
    }

    @Test("Entries delivered a second time change nothing")
    func redelivery() async throws {
        try await SliceRig.run { rig in
            for index in 1...5 { try await rig.send(rig.share(1000, 1000 + Double(index), accepted: index != 3)) }
            await rig.awaitShares(5)
            let stored = try await rig.runtime.redis.xrange(IngestService.shareStream, count: 100)
            for entry in stored {
                let fields = entry.fields.flatMap { [RedisArgument.buffer($0.name), .buffer($0.value)] }
                try await rig.runtime.redis.send(RedisCommand("XADD", arguments: [.string(IngestService.shareStream), "*"] + fields))
            }
            // A share behind the copies: once it has arrived, they have been dealt with.
            try await rig.send(rig.share(1000, 5000))
            await rig.awaitShares(1)

            #expect(try await rig.number("select count(*) from shares") == 6)
            #expect(try await rig.number("select total_shares from user_share_totals") == 6)
            #expect(try await rig.number("select rejected_shares from user_share_totals") == 1)
            #expect(try await rig.number("select sum(total_shares)::bigint from hourly_shares") == 6)
            #expect(try await rig.number("select sum(total_shares)::bigint from pool_hourly") == 6)
            #expect(try await rig.number("select accepted_shares from workers") == 5)
        }
    }

    @Test("A malformed datagram is kept as a dead letter, and nothing stops")
    func malformed() async throws {
        try await SliceRig.run { rig in
            try await rig.send("not json")
            try await rig.send(#"{"event":"share_submitted","ts":1,"data":{"user":"a","user":"b"}}"#)
            try await rig.send(rig.share(10, 20))
            await rig.awaitShares(1)
            let dead = try await rig.runtime.redis.xrange(SocketDeadLetter.stream, count: 10)
            #expect(dead.compactMap { $0.fields.string("reason") } == ["not_json", "duplicate_member"])
            #expect(try await rig.number("select count(*) from shares") == 1)
        }
    }

    @Test("A rejected share of an unknown address makes no user")
    func rejectedUnknown() async throws {
        try await SliceRig.run { rig in
            try await rig.send(rig.share(10, 5, accepted: false))
            try await rig.send(rig.share(10, 20))
            await rig.awaitShares(1)
            #expect(try await rig.number("select count(*) from users") == 1)
            #expect(try await rig.number("select count(*) from users where not is_verified and last_login is null") == 1)
        }
    }
}

extension SliceRig {
    var now: String { runtime.clock.now().decimalSeconds }
    var nowText: String { runtime.clock.now().rfc3339 }
}
