import API
import FeatureRig
import GameRules
import NIOCore
import Platform
import Postgres
import Redis
import Testing

@testable import Gamification

/// Reminders of streaks at risk, six hours and one hour before the week ends (spec 04 §10.3).
@Suite("Streak reminders")
struct StreakReminderTests {
    /// A user with a streak that ended with last week.
    private func streaker(_ rig: GameRig, weeks: Int32, minesNow: Bool = false) async throws -> UserID {
        let user = try await rig.user()
        try await rig.database.execute(
            """
            insert into user_gamification (user_id, current_streak, longest_streak, streak_evaluated_week, updated_at)
            values (\(user), \(weeks), \(weeks), '2026-W08', \(rig.now))
            """
        )
        if minesNow {
            try await rig.database.execute(
                """
                insert into streak_calendar (user_id, week_iso, week_start, share_count, best_diff, is_active, day_mask)
                values (\(user), '2026-W09', '2026-02-23', 1, 1, true, 1)
                """
            )
        }
        return user
    }

    @Test("Who has a streak and mined nothing this week hears twice, once a lead whoever leads; nobody else does")
    func reminded() async throws {
        try await GameRig.run(hasOwnRedis: true) { rig async throws in
            let user = try await streaker(rig, weeks: 3)
            let safe = try await streaker(rig, weeks: 3, minesNow: true)
            let none = try await streaker(rig, weeks: 0)
            let subscriber = rig.runtime.redis.makeSubscriber()
            try await subscriber.subscribe([user, safe, none].map { "ws:user:\($0)" } + ["pubsub:event_reminder"])
            let (one, two) = (StreakReminders(runtime: rig.runtime), StreakReminders(runtime: rig.runtime))
            func run(_ time: String) async throws -> Int {
                let now = try #require(Instant(rfc3339: "2026-03-01T\(time)Z"))
                async let first = one.run(at: now)
                async let second = two.run(at: now)
                return try await first + second
            }
            #expect(try await run("17:59:59") == 0)
            #expect(try await run("18:00:00") == 1)
            #expect(try await run("18:00:10") == 0)
            #expect(try await run("23:04:59") == 1)
            #expect(try await run("23:59:59") == 0)
            try await rig.runtime.redis.publish(.string("end"), to: "ws:user:\(none)")

            var told: [JSONValue] = []
            var events = subscriber.events.makeAsyncIterator()
            while case .message(let message) = await events.next(), message.payload != ByteBuffer(string: "end") {
                #expect(message.channel == "ws:user:\(user)")
                told.append(try #require(try JSONParser().parse(message.payload.readableBytesView)["data"]))
            }
            #expect(told.map { $0["lead_seconds"]?.int64Value } == [21_600, 3_600])
            #expect(told.map { $0["seconds_left"]?.int64Value } == [21_600, 3_301])
            #expect(told.allSatisfy { $0["type"] == "event_reminder" && $0["event"]?["id"] == "streak-2026-W09" })
            #expect(told.first?["event"]?["ends_at"] == "2026-03-02T00:00:00.000Z")
            #expect(told.first?["event"]?["action"]?["href"] == "/profile/streaks")
            await subscriber.close()
        }
    }

    @Test("A lead nobody was there for is recorded and not sent; a share in between ends the matter")
    func missed() async throws {
        try await GameRig.run { rig async throws in
            let user = try await streaker(rig, weeks: 5)
            let reminders = StreakReminders(runtime: rig.runtime)
            #expect(try await reminders.run(at: try #require(Instant(rfc3339: "2026-03-01T18:05:00Z"))) == 0)
            #expect(
                try await rig.texts("select event_id || ' ' || user_id || ' ' || lead_seconds from event_reminders")
                    == ["streak-2026-W09 \(user) 21600"]
            )
            try await rig.database.execute(
                """
                insert into streak_calendar (user_id, week_iso, week_start, share_count, best_diff, is_active, day_mask)
                values (\(user), '2026-W09', '2026-02-23', 1, 1, true, 64)
                """
            )
            #expect(try await reminders.run(at: try #require(Instant(rfc3339: "2026-03-01T23:00:00Z"))) == 0)
            #expect(try await rig.number("select count(*) from event_reminders") == 1)
        }
    }
}
