import FeatureRig
import GameRules
import Testing

@testable import Mining

@Suite("Slots of snapshots")
struct SnapshotSlotTests {
    private let noon = MiningRig.start

    @Test("A slot is the multiple of five minutes at or before an instant")
    func newest() {
        #expect(SnapshotSlot(newestAt: noon).time == noon)
        #expect(SnapshotSlot(newestAt: noon.adding(seconds: 299).adding(microseconds: 999_999)).time == noon)
        #expect(SnapshotSlot(newestAt: noon.adding(microseconds: -1)).time == noon.adding(seconds: -300))
    }

    @Test("Missed slots are open back to the last one taken, and for 55 minutes at most")
    func open() {
        let slot = SnapshotSlot(newestAt: noon)
        let now = noon.adding(seconds: 60)
        #expect(slot.open(since: noon.adding(seconds: -300), at: now) == [slot])
        #expect(slot.open(since: noon.adding(seconds: -1200), at: now).map { noon.seconds(since: $0.time) } == [0, 300, 600, 900])
        #expect(slot.open(since: nil, at: noon).count == 12)
        #expect(slot.open(since: nil, at: now).count == 11)
        // A slot that has been taken is taken again only by name.
        #expect(slot.open(since: noon, at: now) == [slot])
        #expect(slot.open(since: nil, at: noon.adding(seconds: 3301)).isEmpty)
    }
}
