import Foundation
import GameRules
import Mining
import NIOCore
import Platform
import Postgres
import Redis
import Testing

@testable import Gamification

/// Spec 05 §10, §14 no. 14: after the commit, to the owner alone, experience before badges before levels.
@Suite("Messages of gamification")
struct GameMessageTests {
    @Test("The owner hears everything in order, nobody else anything; nothing of a batch that was undone")
    func order() async throws {
        struct Refusal: Error {}
        struct Refusing: BatchObserver {
            func batchStored(_ change: BatchChange, in transaction: PostgresTransaction) async throws { throw Refusal() }
        }
        try await GameRig.run(hasOwnRedis: true) { rig async throws in
            let (user, other) = (try await rig.user(GameRig.address), try await rig.user())
            let subscriber = rig.runtime.redis.makeSubscriber()
            try await subscriber.subscribe([Publisher.topic(of: user), Publisher.topic(of: other), "end"])
            let shares = [PoolShare(achieved: 1_500_000)]
            _ = try? await rig.ingest(shares, through: MiningPipeline(runtime: rig.runtime, observers: [rig.engine(), Refusing()]))
            try await rig.ingest(shares)
            try await rig.runtime.redis.send(RedisCommand("PUBLISH", "end", "end"))
            var heard: [String] = []
            for await message in subscriber.messages {
                let text = String(buffer: message.payload)
                if text == "end" { break }
                #expect(message.channel == Publisher.topic(of: user))
                guard text.contains(#""channel":"gamification""#) else { continue }
                heard += ["xp_gained", "badge_earned", "level_up"].filter { text.contains(#""type":"\#($0)""#) }
                if text.contains("level_up") {
                    #expect(text.contains(#""old_level":1,"new_level":2,"title":"Curious Cat","total_xp":150"#))
                }
                if text.contains("diff_1e6"), text.contains("badge_earned") {
                    #expect(text.contains(#""metadata":{"difficulty":"1,500,000","worker":"rig1"}"#))
                }
            }
            await subscriber.close()
            #expect(heard == ["xp_gained", "xp_gained", "xp_gained", "badge_earned", "badge_earned", "level_up"])
            #expect(try await rig.number("select count(*) from user_badges where notified") == 2)
        }
    }
}
