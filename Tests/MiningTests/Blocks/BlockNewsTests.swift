import FeatureRig
import API
import GameRules
import NIOCore
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

/// What is told of a block: once, to everybody but its finder, to the finder, and never with an address (spec 04 §8, §12.12).
@Suite("News of blocks")
struct BlockNewsTests {
    @Test("Everybody hears of a block once, its finder by a copy of their own; history and feed have one entry; no text has an address")
    func told() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let pipeline = MiningPipeline(runtime: rig.runtime, observers: [BlockNews(runtime: rig.runtime)])
            let subscriber = rig.runtime.redis.makeSubscriber()
            try await subscriber.subscribe(["pubsub:block_found", "pubsub:feed_item", "ws:user:\(miner.user)"])
            let payload =
                #"{"user":"\#(miner.address)","worker":"rig1","height":800000,"hash":"","diff":0,"network_diff":0,"reward_sats":0}"#
            let event = try rig.event(.blockFound, payload)
            for _ in 0..<2 { try await pipeline.control[.blockFound]?.apply([event], now: rig.clock.now) }
            try await rig.runtime.redis.publish(.string("end"), to: "pubsub:block_found")

            var texts: [String: [String]] = [:]
            var events = subscriber.events.makeAsyncIterator()
            while case .message(let message) = await events.next() {
                let text = String(buffer: message.payload)
                if text == "end" { break }
                texts[message.channel, default: []].append(text)
                #expect(!text.contains(miner.address))
            }
            let shared = try JSONParser().parse(Array(try #require(texts["pubsub:block_found"]?.first).utf8))
            #expect(texts["pubsub:block_found"]?.count == 1)
            #expect(shared["except_user_id"]?.int64Value == miner.user.rawValue)
            #expect(shared["is_mine"] == false && shared["finder"]?.stringValue == "Miner-\(miner.user)" && shared["worker"] == nil)
            #expect(shared["height"] == 800_000 && shared["hash"] == "" && shared["reward_is_estimate"] == true)
            let own = texts["ws:user:\(miner.user)"]?.filter { $0.contains("block_found") } ?? []
            #expect(own.count == 1 && own.first?.contains(#""is_mine":true"#) == true && own.first?.contains(#""worker":"rig1""#) == true)
            #expect(texts["pubsub:feed_item"]?.count == 1)
            #expect(
                try await rig.runtime.database.query("select title from activity_feed").map { try String(postgres: $0[0]) }
                    == ["{actor} found block 800000"]
            )
            #expect(try await rig.runtime.database.query("select count(*) from activity_events").value(Int64.self) == 1)
            await subscriber.close()
        }
    }

    @Test("A block of nobody is in the feed without a name, and gets one when its finder becomes known; it is announced once")
    func unowned() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let pipeline = MiningPipeline(runtime: rig.runtime, observers: [BlockNews(runtime: rig.runtime)])
            let subscriber = rig.runtime.redis.makeSubscriber()
            try await subscriber.subscribe(["pubsub:feed_item"])
            let hash = String(repeating: "a", count: 64)
            func found(_ user: String) async throws {
                let payload =
                    #"{"user":"\#(user)","worker":"rig1","height":800000,"hash":"\#(hash)","diff":0,"network_diff":0,"reward_sats":0}"#
                try await pipeline.control[.blockFound]?.apply([try rig.event(.blockFound, payload)], now: rig.clock.now)
            }
            func entries() async throws -> [String] {
                try await rig.runtime.database.query("select coalesce(user_id::text, '-') || ' ' || title from activity_feed").map {
                    try String(postgres: $0[0])
                }
            }
            for _ in 0..<2 { try await found("unknown") }
            #expect(try await entries() == ["- {actor} found block 800000"])
            #expect(try await rig.runtime.database.query("select count(*) from activity_events").value(Int64.self) == 0)
            for _ in 0..<2 { try await found(miner.address) }
            #expect(try await entries() == ["\(miner.user) {actor} found block 800000"])
            #expect(try await rig.runtime.database.query("select count(*) from activity_events").value(Int64.self) == 1)

            try await rig.runtime.redis.publish(.string("end"), to: "pubsub:feed_item")
            var texts: [String] = []
            var events = subscriber.events.makeAsyncIterator()
            while case .message(let message) = await events.next(), message.payload != ByteBuffer(string: "end") {
                texts.append(try JSONParser().parse(message.payload.readableBytesView)["item"]?["text"]?.stringValue ?? "")
            }
            #expect(texts == ["A miner found block 800000"])
            await subscriber.close()
        }
    }

    @Test("Of a block without a known finder everybody hears; when its finder becomes known, only the finder does")
    func attributed() {
        let block = FoundBlock(
            id: 1,
            height: 800_000,
            hash: String(repeating: "0", count: 64),
            user: UserID(7),
            workerName: nil,
            foundAt: MiningRig.start,
            rewardSatoshi: 0,
            isRewardEstimated: true,
            status: .pending,
            confirmations: 0
        )
        #expect(BlockNews.isForEverybody(BlockChange(kind: .found, block: block)))
        #expect(!BlockNews.isForEverybody(BlockChange(kind: .attributed, block: block)))
        #expect(!BlockNews.isForEverybody(BlockChange(kind: .confirmed, block: block)))
    }
}
