import API
import CoreMetrics
import GameRules
import NIOCore
import Platform
import Postgres
import Prometheus
import Redis
import Testing

@testable import Feed

/// Histories, notifications, reminders and the pruner (spec 04 §10.2, §10.3, §12.5, §12.17, 08 §3, §4.1).
@Suite("Activity")
struct ActivityTests {
    private func activity(_ user: UserID, key: String = "badge:x", headline: Activity.Headline? = nil) -> Activity {
        Activity(.badgeEarned, of: user, title: "You earned it", metadata: ["slug": "x"], headline: headline, dedupeKey: key)
    }

    @Test("an entry is written once, in the feed only if it has a headline, and not at all by a transaction that fails")
    func once() async throws {
        struct Failure: Error {}
        try await FeedRig.run { rig in
            let (one, two) = (try await rig.user("bc1qone"), try await rig.user("bc1qtwo"))
            let all = [activity(one, headline: .init("{actor} earned it")), activity(two), activity(one, key: "badge:y")]
            await #expect(throws: Failure.self) {
                try await rig.database.transaction { transaction in
                    try await ActivityStore.insert(all, at: rig.clock.now, in: transaction)
                    throw Failure()
                }
            }
            #expect(try await rig.count("select count(*) from activity_events") == 0)
            for _ in 0..<2 {
                try await rig.database.transaction { try await ActivityStore.insert(all, at: rig.clock.now, in: $0) }
            }
            #expect(try await rig.count("select count(*) from activity_events") == 3)
            #expect(try await rig.count("select count(*) from activity_feed") == 1)
            #expect(
                try await rig.count("select count(*) from activity_events where category = 'badge' and metadata = '{\"slug\": \"x\"}'") == 3
            )
        }
    }

    @Test("new entries are told to all sockets with the name their actor allows")
    func announcement() async throws {
        try await FeedRig.run { rig in
            let user = try await rig.user("bc1qone")
            let subscriber = rig.runtime.redis.makeSubscriber()
            try await subscriber.subscribe(["pubsub:feed_item"])
            var events = subscriber.events.makeAsyncIterator()
            let told = activity(user, headline: .init("{actor} earned it"))
            try await rig.database.transaction { try await ActivityStore.insert([told], at: rig.clock.now, in: $0) }
            await ActivityFeed(runtime: rig.runtime).announce(keys: [told.feedKey, "unknown"])
            guard case .message(let message) = await events.next() else {
                Issue.record("no message")
                return
            }
            let json = try JSONParser().parse(message.payload.readableBytesView)
            #expect(json["at"]?.int64Value == rig.clock.now.millisecondsSinceUnixEpoch)
            #expect(json["item"]?["text"]?.stringValue == "Miner-\(user) earned it")
            #expect(json["item"]?["type"]?.stringValue == "badge")
            #expect(json["item"]?["metadata"]?.objectValue?.map(\.name) == ["slug"])
            await subscriber.close()
        }
    }

    @Test("texts lose controls and turns of direction, and are cut")
    func plainText() {
        #expect(PlainText.cut("a\u{0}b\u{202E}c\u{2066}d\n") == "abcd")
        #expect(PlainText.cut(String(repeating: "é", count: 400)).count == 300)
        #expect(PlainText.naming("{actor}", in: "{actor} and {actor}") == "{actor} and {actor}")
        #expect(PlainText.naming("Ann", in: "no name") == "no name")
    }

    @Test("a notification is made once, by the user's switches; critical ones always")
    func notifications() async throws {
        try await FeedRig.run { rig in
            let (plain, silent, mailed) = (try await rig.user("bc1qa"), try await rig.user("bc1qb"), try await rig.user("bc1qc"))
            let now = rig.clock.now
            try await rig.database.execute(
                """
                insert into notification_preferences (user_id, badge_earned, in_app, email_notifications, updated_at) values
                (\(silent), false, false, false, \(now)), (\(mailed), true, false, true, \(now))
                """
            )
            try await rig.database.execute(
                "update users set auth_method = 'both', password_hash = 'x', email = 'a@example.org', email_verified = true where id = \(mailed)"
            )
            func all(_ kind: NotificationKind) -> [Feed.Notification] {
                [plain, silent, mailed].map { Notification(kind, to: $0, title: "t", dedupeKey: kind.rawValue) }
            }
            func insert(_ list: [Feed.Notification]) async throws -> Int {
                try await rig.database.transaction { try await NotificationStore.insert(list, at: now, in: $0) }
            }
            #expect(try await insert(all(.badgeEarned)) == 1)
            #expect(try await insert(all(.badgeEarned)) == 0)
            #expect(try await insert(all(.levelUp)) == 1)
            #expect(try await insert(all(.streakWarning)) == 3)
            // Off until it is switched on.
            #expect(try await insert(all(.blockFound)) == 0)
            // Not in the app, but by mail.
            #expect(try await insert(all(.lotteryResults)) == 2)
            #expect(
                try await rig.count(
                    "select count(*) from notifications where user_id = \(mailed) and not in_app and email_state = 'pending'"
                ) == 1
            )
            #expect(
                try await rig.count("select count(*) from notifications where user_id = \(mailed) and in_app and email_state = 'pending'")
                    == 1
            )
            #expect(try await rig.count("select count(*) from notifications where dispatch_state <> 'pending'") == 0)
        }
    }

    @Test("of one kind a user gets twenty an hour, unless they are critical")
    func hourly() async throws {
        try await FeedRig.run { rig in
            let user = try await rig.user("bc1qa")
            func insert(_ kind: NotificationKind, _ keys: Range<Int>, at now: Instant) async throws -> Int {
                let list = keys.map { Notification(kind, to: user, title: "t", dedupeKey: "\(kind)-\($0)") }
                return try await rig.database.transaction { try await NotificationStore.insert(list, at: now, in: $0) }
            }
            let now = rig.clock.now
            #expect(try await insert(.levelUp, 0..<15, at: now) == 15)
            // Those that were made before do not count again.
            #expect(try await insert(.levelUp, 0..<17, at: now) == 2)
            #expect(try await insert(.levelUp, 17..<30, at: now) == 3)
            #expect(try await insert(.streakWarning, 0..<30, at: now) == 30)
            #expect(try await insert(.levelUp, 30..<31, at: now.adding(seconds: 3_601)) == 1)
        }
    }

    @Test("What nobody known did is in the feed alone, once; whoever turns out to have done it is put into it")
    func withoutActor() async throws {
        try await FeedRig.run { rig in
            let user = try await rig.user("bc1qone")
            func found(_ user: UserID?) -> Activity {
                Activity(
                    .blockFound,
                    of: user,
                    title: "You found it",
                    headline: .init("{actor} found it", key: "block:1"),
                    dedupeKey: "block:1"
                )
            }
            func insert(_ all: [Activity]) async throws {
                try await rig.database.transaction { try await ActivityStore.insert(all, at: rig.clock.now, in: $0) }
            }
            let summary = Activity(.newMiners, of: nil, title: "3 new miners", headline: .init("3 new miners"), dedupeKey: "2026-02-25:DE")
            for _ in 0..<2 { try await insert([found(nil), summary]) }
            #expect(try await rig.count("select count(*) from activity_events") == 0)
            #expect(try await rig.count("select count(*) from activity_feed where user_id is null") == 2)
            let page = try await ActivityFeed(runtime: rig.runtime).page(limit: 5, before: nil)
            #expect(page.map(\.actor) == [PlainText.anonymous, PlainText.anonymous])

            // The finder may become known in the transaction that stores the block, too.
            for _ in 0..<2 { try await insert([found(nil), found(user)]) }
            #expect(try await rig.count("select count(*) from activity_events where user_id = \(user)") == 1)
            #expect(try await rig.count("select count(*) from activity_feed") == 2)
            #expect(try await rig.count("select count(*) from activity_feed where user_id = \(user)") == 1)
            try await insert([found(nil)])
            #expect(try await rig.count("select count(*) from activity_feed where user_id = \(user)") == 1, "nobody is forgotten")
        }
    }

    @Test("Notifications that are too many are counted by their kind, and no others are")
    func dropped() async throws {
        let metrics = PrometheusRegistry(descriptions: MetricTable.all)
        try await withMetricsFactory(metrics) {
            try await FeedRig.run { rig in
                let (user, silent) = (try await rig.user("bc1qa"), try await rig.user("bc1qb"))
                let now = rig.clock.now
                try await rig.database.execute(
                    "insert into notification_preferences (user_id, badge_earned, updated_at) values (\(silent), false, \(now))"
                )
                func insert(_ kind: NotificationKind, _ keys: Range<Int>, to user: UserID) async throws -> Int {
                    let list = keys.map { Notification(kind, to: user, title: "t", dedupeKey: "\(kind)-\($0)") }
                    return try await rig.database.transaction { try await NotificationStore.insert(list, at: now, in: $0) }
                }
                #expect(try await insert(.levelUp, 0..<25, to: user) == 20)
                // Made before, not wanted, or critical: not dropped.
                #expect(try await insert(.levelUp, 0..<20, to: user) == 0)
                #expect(try await insert(.badgeEarned, 0..<25, to: silent) == 0)
                #expect(try await insert(.streakWarning, 0..<25, to: user) == 25)
                #expect(try await insert(.streakExtended, 0..<21, to: user) == 20)
            }
        }
        let lines = String(decoding: metrics.render(), as: UTF8.self).split(separator: "\n")
        #expect(
            lines.filter { $0.hasPrefix("tbg_notifications_dropped_total{") }.sorted() == [
                #"tbg_notifications_dropped_total{kind="level_up"} 5"#, #"tbg_notifications_dropped_total{kind="streak_extended"} 1"#,
            ]
        )
    }

    @Test("the pruner keeps the newest thousand for everybody, and of the rest what is young; again it deletes nothing")
    func pruner() async throws {
        try await FeedRig.run { rig in
            let now = rig.clock.now
            try await rig.database.execute(
                """
                insert into activity_feed (event_type, title, is_global, created_at)
                select 'note', 'n' || i, i % 17 <> 0, \(now) from generate_series(1, 1700) i
                """
            )
            try await rig.database.execute(
                "insert into activity_feed (event_type, title, is_global, created_at) values ('note', 'old', false, \(now.adding(seconds: -31 * 86_400)))"
            )
            for (id, age) in [("old", Int64(8)), ("young", 6)] {
                try await rig.database.execute(
                    try UpcomingEventStore.upsert(
                        UpcomingEvent(id: id, kind: .lottery, title: id, endsAt: now.adding(seconds: -age * 86_400)),
                        at: now
                    )
                )
                try await rig.database.execute(
                    "insert into event_reminders values (\(id), 0, 600, \(now.adding(seconds: -age * 2 * 86_400)))"
                )
            }
            let pruner = FeedPruner(database: rig.database)
            for _ in 0..<2 {
                try await pruner.run(at: now)
                #expect(try await rig.count("select count(*) from activity_feed where is_global") == 1_000)
                #expect(try await rig.count("select count(*) from activity_feed where not is_global") == 100)
                #expect(try await rig.count("select min(id) from activity_feed where is_global") == 638)
                #expect(try await rig.count("select count(*) from upcoming_events") == 1)
                #expect(try await rig.count("select count(*) from event_reminders") == 1)
            }
        }
    }

    @Test("each lead is reminded of once, by whichever of two leaders is first; one that was missed is recorded and not sent")
    func reminders() async throws {
        try await FeedRig.run { rig in
            let ends = rig.clock.now.adding(seconds: 2 * 86_400)
            let event = UpcomingEvent(id: "lottery-2026-W09", kind: .lottery, title: "Draw", endsAt: ends)
            try await rig.database.execute(try UpcomingEventStore.upsert(event, at: rig.clock.now))
            let (one, two) = (EventReminders(runtime: rig.runtime), EventReminders(runtime: rig.runtime))
            func run(secondsBefore: Int64) async throws -> Int {
                let now = ends.adding(seconds: -secondsBefore)
                async let first = one.run(at: now)
                async let second = two.run(at: now)
                return try await first + second
            }
            #expect(try await run(secondsBefore: 86_401) == 0)
            #expect(try await run(secondsBefore: 86_400) == 1)
            #expect(try await run(secondsBefore: 86_395) == 0)
            // Nobody was there between 22:59 and 23:10.
            #expect(try await run(secondsBefore: 3_000) == 0)
            #expect(try await rig.count("select count(*) from event_reminders where lead_seconds = 3600") == 1)
            #expect(try await run(secondsBefore: 590) == 1)
            #expect(try await run(secondsBefore: 0) == 0)
            #expect(try await rig.count("select count(*) from event_reminders") == 3)
        }
    }

    @Test("pages of the feed and lists of events walk their indexes")
    func plans() async throws {
        try await FeedRig.run { rig in
            let now = rig.clock.now
            let user = try await rig.user("bc1qa")
            try await rig.database.execute(
                "insert into activity_feed (event_type, title, created_at) select 'note', 'n', \(now) from generate_series(1, 5000)"
            )
            try await rig.database.execute(
                """
                insert into upcoming_events (id, event_type, title, ends_at, created_at, updated_at)
                select 'e' || i, 'lottery', 't', \(now)::timestamptz + i * interval '1 hour', \(now), \(now) from generate_series(1, 5000) i
                """
            )
            try await rig.database.execute("analyze activity_feed, upcoming_events")
            for sql in [
                ActivityStore.page(limit: 20, before: nil), ActivityStore.page(limit: 20, before: 2_500),
                UpcomingEventStore.current(for: user, at: now),
            ] {
                let plan = try await rig.database.query("explain \(sql: sql)", access: .write).map { try String(postgres: $0[0]) }
                    .joined(separator: "\n")
                #expect(plan.contains("Index Scan") && !plan.contains("Seq Scan"), "\(plan)")
            }
        }
    }
}
