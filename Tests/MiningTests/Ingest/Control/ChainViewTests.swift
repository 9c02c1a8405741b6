import GameRules
import Testing

@testable import Mining

@Suite("Chain view")
struct ChainViewTests {
    private let time = Instant(microsecondsSinceUnixEpoch: 1_772_000_000_000_000)

    private func block(_ height: Int64, hash: String, status: FoundBlock.Status = .pending) -> FoundBlock {
        FoundBlock(
            id: 1,
            height: height,
            hash: hash,
            foundAt: time,
            rewardSatoshi: 0,
            isRewardEstimated: true,
            status: status,
            confirmations: 0
        )
    }

    private func view(tip: Int64, _ entries: [Int64: String]) -> ChainView {
        ChainView(tip: tip, entries: entries.mapValues { ChainView.Entry(hash: $0, time: time) })
    }

    @Test("A block gains a confirmation with every height and is confirmed at six")
    func confirmations() {
        for (tip, count, status) in [(100, 1, FoundBlock.Status.pending), (104, 5, .pending), (105, 6, .confirmed), (300, 201, .confirmed)]
        {
            let judged = view(tip: Int64(tip), [100: "a"]).judged(block(100, hash: "a"))
            #expect(judged.confirmations == Int64(count) && judged.status == status)
        }
        #expect(view(tip: 99, [:]).judged(block(100, hash: "a")).confirmations == 0)
    }

    @Test("Another hash at its height makes an orphan three blocks later, not before; an orphan whose hash returns is pending again")
    func orphans() {
        #expect(view(tip: 102, [100: "b"]).judged(block(100, hash: "a")).status == .pending)
        let orphan = view(tip: 103, [100: "b"]).judged(block(100, hash: "a", status: .confirmed))
        #expect(orphan.status == .orphaned && orphan.confirmations == 0)
        let back = view(tip: 103, [100: "a"]).judged(orphan)
        #expect(back.status == .pending && back.confirmations == 4)
    }

    @Test("A hash completes a block found up to ten minutes before its announcement, or a minute after")
    func completion() {
        for (offset, completes) in [(-61, false), (-60, true), (0, true), (600, true), (601, false)] {
            let entry = ChainView.Entry(hash: "h", time: time.adding(seconds: Int64(offset)))
            let view = ChainView(tip: 100, entries: [100: entry])
            #expect((view.completes(block(100, hash: "pending:100:00")) == "h") == completes, "\(offset)")
        }
        #expect(view(tip: 100, [100: "h"]).completes(block(100, hash: "known")) == nil)
    }
}
