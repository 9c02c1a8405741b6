import Foundation
import GameRules
import Platform
import Postgres
import Redis
import Synchronization
import Testing

@testable import Mining

/// What later features see of a batch, and that they share its fate (DESIGN "One way through the house").
@Suite("Batch observers", .serialized)
struct BatchObserverTests {
    /// Counts shares into a table of its own, and refuses when told to.
    private final class Ledger: BatchObserver {
        struct Refusal: Error {}
        private let state = Mutex((changes: [BatchChange](), committed: 0, isRefusing: false))

        var changes: [BatchChange] { state.withLock { $0.changes } }
        var committed: Int { state.withLock { $0.committed } }
        var isRefusing: Bool {
            get { state.withLock { $0.isRefusing } }
            set { state.withLock { $0.isRefusing = newValue } }
        }

        func batchStored(_ change: BatchChange, in transaction: PostgresTransaction) async throws {
            try await transaction.execute("insert into ledger (shares) values (\(Int64(change.shares.count)))")
            state.withLock { $0.changes.append(change) }
            if isRefusing { throw Refusal() }
        }

        func batchCommitted(_ change: BatchChange) async { state.withLock { $0.committed += 1 } }
    }

    private func share(_ rig: IngestRig, _ achieved: Double, worker: String = "rig1", accepted: Bool = true, id: UUID = UUID()) throws
        -> MiningEvent
    {
        try rig.event(
            .shareSubmitted,
            at: Clock.system.now(),
            id: id,
            #"{"user":"\#(SliceRig.address)","worker":"\#(worker)","diff":1000,"sdiff":\#(achieved),"accepted":\#(accepted)}"#
        )
    }

    @Test("An observer is told what the batch changed: new shares, work, bests with the value before, workers that came on")
    func told() async throws {
        try await IngestRig.run { rig in
            try await rig.runtime.database.execute("create table ledger (shares bigint not null)")
            let ledger = Ledger()
            let (pipeline, now) = (rig.pipeline(observers: [ledger]), Clock.system.now())
            let first = [try share(rig, 2000), try share(rig, 500, worker: "rig2"), try share(rig, 10, accepted: false)]
            _ = try await pipeline.shares.apply(first, now: now)
            _ = try await pipeline.shares.apply(first + [try share(rig, 3000)], now: now)
            _ = try await pipeline.shares.apply(first, now: now)

            #expect(ledger.changes.count == 2 && ledger.committed == 2, "a batch that changes nothing is told to nobody")
            let (one, two) = (ledger.changes[0], ledger.changes[1])
            let user = try #require(one.delta.users.keys.first)
            #expect(one.shares.count == 3 && one.delta.users[user]?.tally.work == 1500 && one.delta.users[user]?.tally.rejected == 1)
            #expect(Set(one.raisedBests.map(\.key.timeframe)) == [.week, .month, .alltime])
            #expect(one.raisedBests.allSatisfy { $0.new.difficulty == 2000 && $0.previous == 0 })
            #expect(
                Set(one.switches.map(\.worker.name)) == ["rig1", "rig2"] && one.switches.allSatisfy { $0.isOnline && $0.reason == .share }
            )
            #expect(two.shares.map(\.achieved) == [3000], "redelivered shares are not new")
            #expect(two.raisedBests.allSatisfy { $0.new.difficulty == 3000 && $0.previous == 2000 } && two.switches.isEmpty)
            #expect(try await rig.number("select sum(shares)::bigint from ledger") == 4)
        }
    }

    @Test("What an observer throws undoes the whole batch, and the batch counts once when it is tried again")
    func refused() async throws {
        try await IngestRig.run { rig in
            try await rig.runtime.database.execute("create table ledger (shares bigint not null)")
            let ledger = Ledger()
            let (pipeline, now) = (rig.pipeline(observers: [ledger]), Clock.system.now())
            let batch = [try share(rig, 2000), try share(rig, 3000)]
            ledger.isRefusing = true
            await #expect(throws: Ledger.Refusal.self) { try await pipeline.shares.apply(batch, now: now) }
            for table: SQL in [
                "select count(*) from shares", "select count(*) from users", "select count(*) from workers", "select count(*) from ledger",
                "select count(*) from user_share_totals", "select count(*) from pool_hourly", "select count(*) from personal_bests",
            ] { #expect(try await rig.number(table) == 0) }
            #expect(ledger.committed == 0)
            ledger.isRefusing = false
            #expect(try await pipeline.shares.apply(batch, now: now) == 2)
            #expect(try await rig.number("select sum(shares)::bigint from ledger") == 2)
            #expect(try await rig.number("select total_shares from user_share_totals") == 2)
        }
    }
}
