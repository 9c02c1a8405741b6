import Foundation
import GameRules
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

/// The seven streams beside shares, through their consumer.
@Suite("Control streams", .serialized)
struct ControlStreamTests {
    @Test("Events of all seven streams are read, applied and acknowledged; unusable ones become dead letters")
    func sevenStreams() async throws {
        try await IngestRig.run { rig in
            try await rig.runtime.database.execute(
                "insert into users (btc_address, created_at, updated_at) values (\(SliceRig.address), now(), now())"
            )
            let who = #""user":"\#(SliceRig.address)","worker":"rig1""#
            let hash = String(repeating: "a", count: 64)
            try await rig.add([rig.command("miner_connected", "{\(who),\"client_id\":7}")])
            try await rig.consuming("control", streams: ControlHandler.streams, handler: rig.pipeline().controlHandler) {
                // Each stream is read by itself, and what is told of a worker nobody knows yet is lost.
                try await rig.awaitAcknowledged("mining:miner_connected")
                try await rig.add([
                    rig.command("diff_updated", "{\(who),\"old_diff\":1,\"new_diff\":2048}"),
                    rig.command(
                        "hashrate_update",
                        "{\(who),\"hashrate_1m\":\"1.5T\",\"hashrate_5m\":1,\"hashrate_1h\":1,\"hashrate_1d\":1}"
                    ),
                    rig.command("share_best_diff", "{\(who),\"new_best\":77,\"prev_best\":1,\"timeframe\":\"week\"}"),
                    rig.command("block_found", "{\(who),\"height\":9,\"hash\":\"\",\"diff\":0,\"network_diff\":0,\"reward_sats\":0}"),
                    rig.command("new_block_network", "{\"height\":9,\"hash\":\"\(hash)\",\"diff\":5}"),
                    rig.command("miner_disconnected", "{\(who),\"client_id\":8}"),
                    rig.command("block_found", "{\(who),\"height\":-1}"),
                    rig.command("miner_connected", "not json"),
                ])
                // The pool's earlier collector writes fields instead of `data`, numbers as text.
                try await rig.runtime.redis.send(
                    RedisCommand(
                        "XADD",
                        "mining:diff_updated",
                        "*",
                        "user",
                        SliceRig.address,
                        "worker",
                        "rig1",
                        "old_diff",
                        "1",
                        "new_diff",
                        "4096"
                    )
                )
                for stream in ControlHandler.streams { try await rig.awaitAcknowledged(stream) }
            }
            #expect(try await rig.number("select current_diff::bigint from workers") == 4096)
            #expect(try await rig.number("select count(*) from blocks where block_hash = \(hash)") == 1)
            #expect(try await rig.number("select count(*) from personal_bests where best_difficulty = 77") == 3)
            let pool = try await rig.runtime.redis.send(
                RedisCommand("HGET", LiveKeys.worker(SliceRig.address, "rig1"), "pool_hashrate_1m")
            ).double
            #expect(pool == 1.5e12)
            let dead = try await DeadLetterDesk(redis: rig.runtime.redis).counts()
            #expect(dead.map(\.stream) == ["mining:block_found:dead", "mining:miner_connected:dead"])
        }
    }
}
