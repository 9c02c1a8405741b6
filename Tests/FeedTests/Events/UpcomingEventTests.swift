import API
import GameRules
import NIOCore
import Platform
import Postgres
import Redis
import Testing

@testable import Feed

/// What writers of events may store, and who is reminded of them (spec 04 §2, §5, §8, §10.3, 12 §5).
@Suite("Upcoming events")
struct UpcomingEventTests {
    private func event(
        _ id: String = "lottery-2026-W09",
        endsAt: Instant,
        href: String = "/games",
        target: UserID? = nil,
        starts: Instant? = nil
    ) -> UpcomingEvent {
        UpcomingEvent(
            id: id,
            kind: .lottery,
            title: "Draw",
            description: "Of the week",
            startsAt: starts,
            endsAt: endsAt,
            action: .init(label: "Play", href: href),
            target: target
        )
    }

    private func store(_ event: UpcomingEvent, _ rig: FeedRig) async throws {
        try await rig.database.execute(try UpcomingEventStore.upsert(event, at: rig.clock.now))
    }

    @Test("Only pages of the dashboard can be linked to; notifications link to nothing else")
    func pages() {
        for path in [
            "/dashboard", "/games/horse-race", "/world-cup/7/match/12", "/leagues/3", "/coop/join/ABCD2345", "/learn/1/1-2",
            "/miner/bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        ] { #expect(DashboardPage.exists(path), "\(path)") }
        for path in [
            "", "/", "dashboard", "/dashboard/", "//dashboard", "/games/poker", "/education/3", "/world-cup/7/live", "/leagues/",
            "/leagues/*/x",
            "/leagues/a b", "/leagues/..", "/games?next=1", "/games#x", "https://example.org/games", "javascript:alert(1)",
            "/miner/" + String(repeating: "a", count: 256),
        ] { #expect(!DashboardPage.exists(path), "\(path)") }
        for kind in NotificationKind.allCases { #expect(DashboardPage.exists(kind.action.url), "\(kind)") }
    }

    @Test("What the table would refuse, and a page that does not exist, is refused by name, and nothing is stored")
    func faults() async throws {
        try await FeedRig.run { rig in
            let ends = rig.clock.now.adding(seconds: 60)
            for (bad, fault) in [
                (event(endsAt: ends, href: "/education/3"), UpcomingEventFault.unknownPage("/education/3")),
                (event(endsAt: ends, starts: ends), .order),
                (event("", endsAt: ends), .length(member: "id", most: 64)),
                (event(String(repeating: "x", count: 65), endsAt: ends), .length(member: "id", most: 64)),
                (
                    UpcomingEvent(id: "a", kind: .lottery, title: String(repeating: "é", count: 257), endsAt: ends),
                    .length(member: "title", most: 256)
                ),
                (
                    UpcomingEvent(id: "a", kind: .lottery, title: "t", endsAt: ends, action: .init(label: "", href: "/games")),
                    .length(member: "action.label", most: 64)
                ),
            ] {
                await #expect(throws: fault) { () async throws in try await store(bad, rig) }
            }
            #expect("\(UpcomingEventFault.unknownPage("/x"))".contains("action.href"))
            #expect(try await rig.count("select count(*) from upcoming_events") == 0)
            try await store(event(String(repeating: "x", count: 64), endsAt: ends, starts: rig.clock.now), rig)
            #expect(try await rig.count("select count(*) from upcoming_events") == 1)
        }
    }

    @Test("An event whose end moves is reminded of again where nothing was recorded yet, and not where something was")
    func moved() async throws {
        try await FeedRig.run { rig in
            let reminders = EventReminders(runtime: rig.runtime)
            let ends = rig.clock.now.adding(seconds: 3 * 86_400)
            try await store(event(endsAt: ends), rig)
            #expect(try await reminders.run(at: ends.adding(seconds: -86_400)) == 1)
            // Two days later, and then nearer again: the day's reminder was sent, the others were not.
            let later = ends.adding(seconds: 2 * 86_400)
            try await store(event(endsAt: later, starts: ends), rig)
            #expect(try await reminders.run(at: later.adding(seconds: -86_400)) == 0)
            #expect(try await reminders.run(at: ends.adding(seconds: -3_600)) == 0)
            #expect(try await reminders.run(at: later.adding(seconds: -3_600)) == 1)
            // Its begin is no matter of reminders.
            try await store(event(endsAt: later, starts: ends.adding(seconds: 60)), rig)
            #expect(try await reminders.run(at: later.adding(seconds: -3_590)) == 0)
            // Taken back, nobody is reminded of it.
            try await rig.database.execute(UpcomingEventStore.deactivate("lottery-2026-W09", at: rig.clock.now))
            #expect(try await reminders.run(at: later.adding(seconds: -600)) == 0)
            try await store(event(endsAt: later), rig)
            #expect(try await reminders.run(at: later.adding(seconds: -600)) == 1)
        }
    }

    @Test("A reminder of everybody goes to all, one of a user to that user alone, each with the members of the contract")
    func members() async throws {
        try await FeedRig.run { rig in
            let (user, other) = (try await rig.user("bc1qone"), try await rig.user("bc1qtwo"))
            let ends = rig.clock.now.adding(seconds: 86_400)
            try await store(event("all", endsAt: ends), rig)
            try await store(event("own", endsAt: ends, target: user), rig)
            let subscriber = rig.runtime.redis.makeSubscriber()
            try await subscriber.subscribe(["pubsub:event_reminder", "ws:user:\(user)", "ws:user:\(other)"])
            #expect(try await EventReminders(runtime: rig.runtime).run(at: ends.adding(seconds: -3_590)) == 2)
            try await rig.runtime.redis.publish(.string("end"), to: "ws:user:\(other)")

            var told: [String: [JSONValue]] = [:]
            var events = subscriber.events.makeAsyncIterator()
            while case .message(let message) = await events.next(), message.payload != ByteBuffer(string: "end") {
                told[message.channel, default: []].append(try JSONParser().parse(message.payload.readableBytesView))
            }
            #expect(Set(told.keys) == ["pubsub:event_reminder", "ws:user:\(user)"])
            let shared = try #require(told["pubsub:event_reminder"]?.first)
            #expect(told["pubsub:event_reminder"]?.count == 1)
            #expect(shared.objectValue?.map(\.name).sorted() == ["at", "event", "lead_seconds", "seconds_left"])
            #expect(shared["lead_seconds"]?.int64Value == 3_600 && shared["seconds_left"]?.int64Value == 3_590)
            let item = shared["event"]
            #expect(
                item?.objectValue?.map(\.name).sorted() == ["action", "description", "ends_at", "id", "starts_at", "title", "type"]
            )
            #expect(item?["id"] == "all" && item?["type"] == "lottery" && item?["action"]?["href"] == "/games")
            let own = try #require(told["ws:user:\(user)"]?.first)
            #expect(told["ws:user:\(user)"]?.count == 1)
            #expect(own["channel"] == "dashboard" && own["data"]?["type"] == "event_reminder" && own["data"]?["event"]?["id"] == "own")
            #expect(own["data"]?["lead_seconds"]?.int64Value == 3_600)
            #expect(
                try await rig.count(
                    "select count(*) from event_reminders where user_id = \(user) and event_id = 'own' and lead_seconds = 3600"
                )
                    == 1
            )
            await subscriber.close()
        }
    }

    @Test("Reminders and the pruner find by index what they act on")
    func plans() async throws {
        try await FeedRig.run { rig in
            let now = rig.clock.now
            try await rig.database.execute(
                """
                insert into activity_feed (event_type, title, is_global, created_at)
                select 'note', 'n', i % 2 = 0, \(now)::timestamptz - i * interval '1 minute' from generate_series(1, 50000) i
                """
            )
            try await rig.database.execute(
                """
                insert into upcoming_events (id, event_type, title, ends_at, created_at, updated_at)
                select 'e' || i, 'lottery', 't', \(now)::timestamptz + (i - 500) * interval '1 hour', \(now), \(now)
                from generate_series(1, 20000) i
                """
            )
            try await rig.database.execute(
                """
                insert into event_reminders select 'e' || i, 0, 600, \(now)::timestamptz - (20000 - i) * interval '2 minutes'
                from generate_series(1, 20000) i
                """
            )
            try await rig.database.execute("analyze activity_feed, upcoming_events, event_reminders")
            let kinds = UpcomingEvent.Kind.allCases
            let statements =
                [UpcomingEventStore.ending(in: now...now.adding(seconds: 86_400), kinds: kinds), FeedPruner.oldestKept]
                + FeedPruner.deletions(keeping: 30_000, at: now)
            #expect(statements.count == 6)
            for sql in statements {
                let plan = try await rig.database.query("explain \(sql: sql)", access: .write).map { try String(postgres: $0[0]) }
                    .joined(separator: "\n")
                #expect(plan.contains("Index") && !plan.contains("Seq Scan"), "\(plan)")
            }
        }
    }
}
