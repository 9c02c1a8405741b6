import GameRules
import Postgres
import Testing

@testable import Gamification

/// Spec 05 §5, §13 XP, §14 nos. 5, 6, 15, 16.
@Suite("Ledger of experience")
struct LedgerTests {
    private func grant(_ amount: Int64, to user: UserID, key: String) -> XPGrant {
        XPGrant(amount, to: user, for: .social, id: nil, key: key, description: "test")
    }

    @Test("A grant is a row, a total and a level; the same key again is nothing")
    func once() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user()
            let first = try await rig.apply { $0.grant(grant(150, to: user, key: "a")) }
            #expect(first.paid.map(\.totalXP) == [150] && first.risen.map(\.rise.new.number) == [2])
            #expect(try await rig.apply { $0.grant(grant(150, to: user, key: "a")) }.isEmpty)
            #expect(try await rig.standing(user) == [150, 2, 0])
            #expect(try await rig.booked(user) == ["social 150"])
            #expect(try await rig.number("select count(*) from level_celebrations where old_level = 1 and new_level = 2") == 1)
        }
    }

    @Test("Several grants of one transaction rise once, over levels that are jumped, and are told in order")
    func jump() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user()
            let badge = try await rig.badge("block_finder")
            let outcome = try await rig.apply {
                $0.grant(.block(at: 879_412, by: user))
                $0.award(badge, to: user, BadgeMetadata())
            }
            #expect(outcome.paid.map(\.totalXP) == [500, 1000] && outcome.paid.map(\.level) == [2, 3])
            #expect(outcome.risen.map { [$0.rise.old.number, $0.rise.new.number] } == [[1, 3]])
            #expect(try await rig.number("select count(*) from level_celebrations") == 1)
            try await rig.bring(user, to: 29_550)
            try await rig.apply { $0.grant(.firstShare(of: UTCDay(containing: rig.now), by: user)) }
            #expect(try await rig.standing(user) == [29_600, 10, 1])
            try await rig.bring(user, to: 79_600)
            #expect(try await rig.number("select new_level::bigint from level_celebrations where old_level = 10") == 15)
        }
    }

    @Test("Fifty grants at once: with keys of their own all count, with one key one does, and nobody's transaction fails")
    func concurrent() async throws {
        try await GameRig.run { rig async throws in
            let (many, one) = (try await rig.user(), try await rig.user())
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        try await rig.apply {
                            $0.grant(grant(10, to: many, key: "k\(index)"))
                            $0.grant(grant(10, to: one, key: "same"))
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await rig.standing(many)[0] == 500)
            #expect(try await rig.booked(many).count == 50)
            #expect(try await rig.standing(one)[0] == 10)
            #expect(try await rig.booked(one).count == 1)
        }
    }

    @Test("Two awards of one badge at once: one is earned; a badge whose experience was booked before pays nothing")
    func concurrentBadge() async throws {
        try await GameRig.run { rig async throws in
            let badge = try await rig.badge("coop_founder")
            let (user, other) = (try await rig.user(), try await rig.user())
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await rig.apply { $0.award(badge, to: user, BadgeMetadata()) } } }
                try await group.waitForAll()
            }
            #expect(try await rig.standing(user) == [150, 2, 1])
            #expect(try await rig.booked(user) == ["badge 150"])
            try await rig.apply {
                $0.grant(XPGrant(150, to: other, for: .badge, id: "coop_founder", key: "badge:coop_founder:\(other)", description: ""))
            }
            try await rig.apply { $0.award(badge, to: other, BadgeMetadata()) }
            #expect(try await rig.standing(other) == [150, 2, 1])
            // The row is there, its experience is not: an award gives nothing again.
            try await rig.database.execute("delete from xp_ledger where user_id = \(user)")
            #expect(try await rig.apply { $0.award(badge, to: user, BadgeMetadata()) }.isEmpty)
        }
    }

    @Test("What fails after the badge leaves no trace")
    func undone() async throws {
        struct Refusal: Error {}
        try await GameRig.run { rig async throws in
            let (user, badge) = (try await rig.user(), try await rig.badge("first_share"))
            var effects = GameEffects()
            effects.award(badge, to: user, BadgeMetadata())
            let gathered = effects
            await #expect(throws: Refusal.self) {
                try await rig.database.transaction { transaction in
                    let outcome = try await rig.ledger.apply(gathered, now: rig.now, in: transaction)
                    #expect(!outcome.isEmpty)
                    throw Refusal()
                }
            }
            for table: SQL in [
                "select count(*) from user_badges", "select count(*) from xp_ledger", "select count(*) from user_gamification",
            ] {
                #expect(try await rig.number(table) == 0)
            }
            #expect(try await rig.apply { $0.award(badge, to: user, BadgeMetadata()) }.earned.count == 1)
        }
    }

    @Test("A level reached again after a correction is celebrated once")
    func again() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user()
            try await rig.bring(user, to: 150)
            try await rig.apply { $0.grant(.adjustment(-100, to: user, ticket: "T-1", id: "1")) }
            #expect(try await rig.standing(user) == [50, 1, 0])
            try await rig.bring(user, to: 120)
            #expect(try await rig.standing(user) == [120, 2, 0])
            #expect(try await rig.number("select count(*) from level_celebrations") == 1)
        }
    }

    @Test("The database lets no amount of nothing in, and no negative one but a correction")
    func refused() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user()
            for amount: Int64 in [0, -5] {
                await #expect(throws: PostgresError.self) { try await rig.apply { $0.grant(grant(amount, to: user, key: "x")) } }
            }
        }
    }

    @Test("Users that are gone are left out")
    func gone() async throws {
        try await GameRig.run { rig async throws in
            let user = try await rig.user()
            let outcome = try await rig.apply {
                $0.grant(grant(10, to: UserID(999), key: "a"))
                $0.grant(grant(10, to: user, key: "b"))
            }
            #expect(outcome.paid.map(\.grant.user) == [user])
        }
    }
}
