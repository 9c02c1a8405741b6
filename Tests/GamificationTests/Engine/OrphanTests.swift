import FeatureRig
import GameRules
import Mining
import Platform
import Postgres
import Testing

@testable import Gamification

/// Blocks that another takes the height of, and those that come back (spec 05 §5.2, §6.3; 03a §7.7).
@Suite("Orphaned blocks")
struct OrphanTests {
    /// A chain of which one block is a user's.
    private struct Chain: Sendable {
        let rig: GameRig
        let pipeline: MiningPipeline

        func hash(_ letter: Character) -> String { String(repeating: letter, count: 64) }

        func found(_ height: Int64, _ letter: Character) async throws {
            let payload = #"{"user":"\#(GameRig.address)","worker":"rig1","height":\#(height),"hash":"\#(hash(letter))"}"#
            try await apply(.blockFound, payload, second: 0)
        }

        func network(_ height: Int64, _ letter: Character, second: Int64) async throws {
            try await apply(.networkBlock, #"{"height":\#(height),"hash":"\#(hash(letter))","diff":1e14}"#, second: second)
        }

        /// Three blocks on top of the height in question.
        func bury(second: Int64) async throws { try await network(880_004, "f", second: second) }

        private func apply(_ kind: EventKind, _ payload: String, second: Int64) async throws {
            // Each entry comes twice.
            let event = try GameRig.event(kind, at: rig.now.adding(seconds: second - 3_600), payload)
            for _ in 0..<2 { try await pipeline.control[kind]?.apply([event], now: rig.now) }
        }

        /// Blocks that count, as the game and as mining count them.
        func counted() async throws -> [Int64] {
            [
                try await rig.number("select blocks_found::bigint from user_gamification"),
                try await rig.number("select blocks_found::bigint from user_share_totals"),
            ]
        }
    }

    @Test("An orphan keeps its experience and its badge and no longer counts; when it comes back it counts again and pays nothing more")
    func orphanedAndRestored() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user(GameRig.address)
            let chain = Chain(rig: rig, pipeline: rig.pipeline())
            func expectKept(blocks: Int64, _ what: Comment) async throws {
                #expect(try await chain.counted() == [blocks, blocks], what)
                #expect(try await rig.booked(user) == ["block 500", "badge 500"], what)
                #expect(try await rig.slugs(user) == ["block_finder"], what)
                #expect(try await rig.standing(user) == [1000, 3, 1], what)
                #expect(try await Recalculator(runtime: rig.runtime).run(at: rig.now).corrected == [], what)
                var told: [String] = []
                _ = try await GameRebuild(database: rig.database).run(applies: false, now: rig.now) { told.append($0) }
                #expect(told == [], what)
            }
            try await chain.found(880_001, "a")
            try await expectKept(blocks: 1, "found")
            try await chain.network(880_001, "b", second: 10)
            try await chain.bury(second: 12)
            try await expectKept(blocks: 0, "orphaned")
            #expect(try await rig.texts("select status from blocks") == ["orphaned"])
            try await chain.network(880_001, "a", second: 20)
            try await expectKept(blocks: 1, "restored")
            #expect(try await rig.number("select count(*) from level_celebrations") == 1)
        }
    }

    @Test("A block first stored as an orphan pays when it comes back, once")
    func bornOrphan() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user(GameRig.address)
            let chain = Chain(rig: rig, pipeline: rig.pipeline())
            try await chain.network(880_001, "b", second: -10)
            try await chain.bury(second: -5)
            try await chain.found(880_001, "a")
            let before = try await rig.booked(user)
            #expect(before == [])
            try await chain.network(880_001, "a", second: 20)
            #expect(try await rig.booked(user) == ["block 500", "badge 500"])
            #expect(try await chain.counted() == [1, 1])
        }
    }
}
