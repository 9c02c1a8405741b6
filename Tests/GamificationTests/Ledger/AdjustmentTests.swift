import FeatureRig
import Feed
import GameRules
import Platform
import Postgres
import Testing

@testable import Gamification

/// Corrections by operators: the one way experience is taken (spec 05 §5.1, §5.3, §13).
@Suite("Corrections of experience")
struct AdjustmentTests {
    private func adjustment(_ rig: GameRig) -> Adjustment { Adjustment(runtime: rig.runtime, news: [FeedNews(runtime: rig.runtime)]) }

    @Test("A correction lowers the level; the level regained is neither celebrated nor notified again")
    func relevelled() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user()
            let adjustment = adjustment(rig)
            #expect(try await adjustment.adjust(user, by: 700, ticket: "T-1", id: "one", now: rig.now) == 700)
            #expect(try await rig.standing(user) == [700, 3, 0])
            #expect(try await adjustment.adjust(user, by: -650, ticket: "T-2", id: "two", now: rig.now) == 50)
            #expect(try await rig.standing(user) == [50, 1, 0])
            #expect(try await rig.texts("select level_title from user_gamification") == ["Nocoiner"])
            #expect(try await adjustment.adjust(user, by: 650, ticket: "T-3", id: "three", now: rig.now) == 700)
            #expect(try await rig.standing(user) == [700, 3, 0])
            #expect(try await rig.texts("select old_level || ' ' || new_level from level_celebrations") == ["1 3"])
            #expect(try await rig.texts("select dedupe_key from notifications where subtype = 'level_up'") == ["level:3:\(user)"])
            #expect(try await rig.number("select count(*) from activity_events where activity_type = 'level_up'") == 1)
            // Passing the level left out the first time is new.
            _ = try await adjustment.adjust(user, by: -400, ticket: "T-4", id: "four", now: rig.now)
            #expect(try await rig.standing(user) == [300, 2, 0])
            #expect(try await rig.number("select count(*) from level_celebrations") == 1, "falling is no reason to celebrate")
        }
    }

    @Test("A total cannot fall below 0: the correction is refused without a row; to 0 exactly it may")
    func floor() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user()
            let adjustment = adjustment(rig)
            _ = try await adjustment.adjust(user, by: 100, ticket: "T", id: "one", now: rig.now)
            await #expect(throws: LedgerFault.belowZero(total: 100)) { () async throws in
                _ = try await adjustment.adjust(user, by: -101, ticket: "T", id: "two", now: rig.now)
            }
            #expect(try await rig.booked(user) == ["adjustment 100"])
            #expect(try await rig.number("select count(*) from audit_log where action = 'xp.adjusted'") == 1)
            for _ in 0..<2 { #expect(try await adjustment.adjust(user, by: -100, ticket: "T", id: "three", now: rig.now) == 0) }
            #expect(try await rig.booked(user) == ["adjustment 100", "adjustment -100"])
            #expect(try await rig.standing(user) == [0, 1, 0])
            await #expect(throws: LedgerFault.otherAdjustment("three")) { () async throws in
                _ = try await adjustment.adjust(user, by: 5, ticket: "T", id: "three", now: rig.now)
            }
            await #expect(throws: LedgerFault.unknownUser(UserID(999_999))) { () async throws in
                _ = try await adjustment.adjust(UserID(999_999), by: 5, ticket: "T", id: "four", now: rig.now)
            }
            #expect(try await Recalculator(runtime: rig.runtime).run(at: rig.now).corrected == [])
        }
    }

    @Test("Twenty that together take too much, at once: as many as there is experience for, and never below 0")
    func atOnce() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user()
            let adjustment = adjustment(rig)
            _ = try await adjustment.adjust(user, by: 100, ticket: "T", id: "start", now: rig.now)
            let booked = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        do {
                            _ = try await adjustment.adjust(user, by: -15, ticket: "T", id: "take-\(index)", now: rig.now)
                            return true
                        } catch { return false }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(booked == 6)
            #expect(try await rig.standing(user) == [10, 1, 0])
        }
    }
}
