import FeatureRig
import API
import Foundation
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

@Suite("Difficulties of the network in time")
struct DifficultyTimelineTests {
    private func at(_ second: Int64) -> Instant { Instant(secondsSinceUnixEpoch: second) }

    @Test("An epoch lasts from its first block to that of the next")
    func epochs() {
        let timeline = DifficultyTimeline(
            [.init(start: at(300), difficulty: 3), .init(start: at(100), difficulty: 1), .init(start: at(200), difficulty: 2)],
            fallback: 9
        )
        #expect(timeline.difficulty(at: at(100)) == 1)
        #expect(timeline.difficulty(at: at(200).adding(microseconds: -1)) == 1)
        #expect(timeline.difficulty(at: at(200)) == 2)
        #expect(timeline.difficulty(at: at(10_000)) == 3)
    }

    @Test("Before the first known block the newest difficulty counts, and without any the assumed one")
    func unknown() {
        #expect(
            DifficultyTimeline([.init(start: at(100), difficulty: 1), .init(start: at(200), difficulty: 2)], fallback: 9).difficulty(
                at: at(0)
            ) == 2
        )
        #expect(DifficultyTimeline([], fallback: 9).difficulty(at: at(0)) == 9)
    }

    @Test("The list is read again after a minute, and an old one serves while the database is away")
    func refresh() async throws {
        try await MiningRig.run { rig in
            let epochs = DifficultyEpochs(runtime: rig.runtime)
            let start = rig.clock.now
            func block(_ height: Int, _ difficulty: Int) throws -> MiningEvent {
                let hash = String(repeating: String(height % 10), count: 64)
                return try rig.event(.networkBlock, at: start, #"{"height":\#(height),"hash":"\#(hash)","diff":\#(difficulty)}"#)
            }
            try await rig.apply([block(10, 100)])
            #expect(try await epochs.timeline(at: start).difficulty(at: start) == 100)
            try await rig.apply([block(11, 120)])
            #expect(try await epochs.timeline(at: start.adding(seconds: 59)).difficulty(at: start) == 100)
            #expect(try await epochs.timeline(at: start.adding(seconds: 60)).difficulty(at: start) == 120)
        }
    }
}
