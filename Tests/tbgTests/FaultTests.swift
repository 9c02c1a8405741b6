import Development
import Foundation
import Glibc
import Postgres
import Redis
import Testing

/// Every process of a running instance is killed under load: it heals by itself, and what Redis had accepted is stored once.
@Suite("Faults", .serialized)
struct FaultTests {
    /// How soon shares flow again (spec 11 §14 says 10 s on a machine of its own; a test machine may be busy).
    private static let recovery = Duration.seconds(30)

    @Test("PostgreSQL, Redis, worker and collector are killed under load: all recover, no accepted share is lost, none doubled")
    func killEach() async throws {
        try await Instance.run { instance in
            let redis = try instance.makeRedis()
            try await redis.connect()
            try await redis.send(RedisCommand("CONFIG", "SET", "appendfsync", "always"))
            let pool = Pool(path: instance.endpoints.collectorSocket, addresses: instance.endpoints.demoUsers.map(\.address))
            let sending = Task { await pool.run(perSecond: 300) }
            try await eventually("shares flow") { await instance.number("select count(*) from shares") ?? 0 > 100 }

            for role in ["worker", "postgres", "collect", "redis", "worker"] {
                try await settleMoment()
                kill(try instance.pid(of: role), SIGKILL)
                let killed = Date()
                let took = try await eventually(within: Self.recovery, "shares flow after the end of \(role)") {
                    let flowing = await instance.number("select count(*) from shares where time > \(Stamp(killed.addingTimeInterval(0.5)))")
                    return flowing ?? 0 > 50
                }
                print("recovered from kill -9 of \(role) after \(took)")
            }
            sending.cancel()
            await sending.value

            try await eventually("everything is acknowledged") {
                guard let group = try? await redis.xinfoGroups("mining:share_submitted").first else { return false }
                return group.pending == 0 && group.lag == 0
            }
            let accepted = try await eventIDs(in: "mining:share_submitted", of: redis)
            #expect(accepted.count > 100)
            let rows = try await instance.database.query("select event_id from shares")
            let stored = try rows.map { try UUID(postgres: $0[0]) }
            #expect(stored.count == Set(stored).count)
            #expect(Set(stored) == accepted)
            let count = Int64(stored.count)
            for total: Int64? in [
                await instance.number("select sum(total_shares)::bigint from user_share_totals"),
                await instance.number("select sum(total_shares)::bigint from user_daily_stats"),
                await instance.number("select sum(total_shares)::bigint from hourly_shares"),
                await instance.number("select sum(total_shares)::bigint from daily_shares"),
                await instance.number("select sum(total_shares)::bigint from pool_hourly"),
                await instance.number("select sum(accepted_shares + rejected_shares)::bigint from workers"),
            ] {
                #expect(total == count)
            }
            await redis.close()
        }
    }

    /// Lets the load reach every station before the next kill.
    private func settleMoment() async throws { try await Task.sleep(for: .milliseconds(Int.random(in: 200...900))) }

    private func eventIDs(in stream: String, of redis: RedisClient) async throws -> Set<UUID> {
        var ids: Set<UUID> = []
        var from = StreamID.zero
        while true {
            let page = try await redis.xrange(stream, from: from, count: 1000)
            for entry in page { ids.insert(try #require(entry.fields.string("event_id").flatMap { UUID(uuidString: $0) })) }
            guard page.count == 1000, let last = page.last?.id else { return ids }
            from = StreamID(milliseconds: last.milliseconds, sequence: last.sequence + 1)
        }
    }
}
