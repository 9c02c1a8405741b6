import API
import Feed
import GameRules
import Platform
import Postgres
import Testing

@testable import tbg

/// What everybody reads and what is coming up, over the whole server (spec 04 §4, §5, §11, §12.6, §12.7).
@Suite("Feed and events")
struct FeedRouteTests {
    private func feed(_ rig: Rig, _ user: (id: UserID, token: String, header: (String, String)), _ query: String = "") async throws
        -> [JSONValue]
    {
        let answer = try await rig.wire.get("/api/v1/dashboard/feed" + query, [user.header])
        #expect(answer.status == 200)
        return try #require(answer.json?.arrayValue)
    }

    private func insert(_ rig: Rig, _ rows: [(type: String, user: UserID?, title: String, metadata: String)]) async throws {
        for row in rows {
            try await rig.runtime.database.execute(
                """
                insert into activity_feed (event_type, user_id, title, metadata, created_at)
                values (\(row.type), \(row.user), \(row.title), \(JSONB(row.metadata)), \(rig.clock.now))
                """
            )
        }
    }

    private func ids(_ items: [JSONValue]) -> [Int64] { items.compactMap { $0["id"]?.int64Value } }

    @Test("Pages follow the id, newest first; what is out of range is named")
    func pages() async throws {
        try await Rig.run { rig in
            let user = try await rig.user("bc1quser")
            try await insert(rig, (1...5).map { (type: "note", user: nil, title: "entry \($0)", metadata: "{}") })
            #expect(try await ids(feed(rig, user, "?limit=2")) == [5, 4])
            #expect(try await ids(feed(rig, user, "?limit=2&before_id=4")) == [3, 2])
            #expect(try await ids(feed(rig, user, "?before_id=1")) == [])
            #expect(try await ids(feed(rig, user)) == [5, 4, 3, 2, 1])
            for (query, field) in [
                ("limit=51", "limit"), ("limit=0", "limit"), ("limit=x", "limit"), ("before_id=0", "before_id"),
                ("before_id=-1", "before_id"),
            ] {
                let answer = try await rig.wire.get("/api/v1/dashboard/feed?" + query, [user.header])
                expectEnvelope(answer, 422)
                #expect(answer.body.contains(field), "\(query)")
            }
            expectEnvelope(try await rig.wire.get("/api/v1/dashboard/feed"), 401)
        }
    }

    @Test("Stored types become those of the dashboard, and only what each may tell goes out")
    func types() async throws {
        try await Rig.run { rig in
            let user = try await rig.user("bc1quser")
            let all = #"{"slug":"diff_1e9","rarity":"rare","height":5,"country_code":"DE","count":3,"email":"a@b.c","match_id":[1]}"#
            try await insert(
                rig,
                ["badge_earned", "new_miners", "block_found", "world_cup", "streak_milestone"].map {
                    (type: $0, user: nil, title: "t", metadata: all)
                }
            )
            let items = try await feed(rig, user)
            #expect(items.reversed().map { $0["type"]?.stringValue } == ["badge", "miner", "block", "worldcup", "system"])
            let keys = items.reversed().map { Set($0["metadata"]?.objectValue?.map(\.name) ?? []) }
            #expect(keys == [["slug", "rarity"], ["country_code", "count"], ["height"], [], []])
        }
    }

    @Test("Who is named is decided when an entry is read; names are put in once and literally")
    func names() async throws {
        try await Rig.run { rig in
            let reader = try await rig.user("bc1qreader")
            let actor = try await rig.user("bc1qactor")
            let database = rig.runtime.database
            try await insert(rig, [(type: "block_found", user: actor.id, title: "{actor} found a block, said {actor}", metadata: "{}")])
            func text() async throws -> String? {
                let items = try await feed(rig, reader)
                return items.first?["text"]?.stringValue
            }
            #expect(try await text() == "Miner-\(actor.id) found a block, said {actor}")
            try await database.execute("update users set display_name = 'A {actor}\u{202E}b' where id = \(actor.id)")
            #expect(try await text() == "A {actor}b found a block, said {actor}")
            try await database.execute(
                """
                insert into user_settings (user_id, privacy, updated_at)
                values (\(actor.id), '{"showOnLeaderboard": false}', \(rig.clock.now))
                """
            )
            #expect(try await text() == "A miner found a block, said {actor}")
            try await database.execute("delete from user_settings")
            try await database.execute("update users set is_banned = true where id = \(actor.id)")
            #expect(try await text() == "A miner found a block, said {actor}")
            try await database.execute("delete from users where id = \(actor.id)")
            #expect(try await text() == "A miner found a block, said {actor}")
        }
    }

    @Test("Events of everybody and the caller's own come by their end; ended, inactive and foreign ones do not; at most ten")
    func events() async throws {
        try await Rig.run { rig in
            let (user, other) = (try await rig.user("bc1quser"), try await rig.user("bc1qother"))
            let database = rig.runtime.database
            let now = rig.clock.now
            func event(_ id: String, endsIn seconds: Int64, target: UserID? = nil) -> UpcomingEvent {
                UpcomingEvent(
                    id: id,
                    kind: .maintenance,
                    title: id,
                    endsAt: now.adding(seconds: seconds),
                    action: .init(label: "Look", href: "/games"),
                    target: target
                )
            }
            func list() async throws -> [String?] {
                let answer = try await rig.wire.get("/api/v1/dashboard/events", [user.header])
                return try #require(answer.json?.arrayValue).map { $0["id"]?.stringValue }
            }
            #expect(try await list() == [])
            for event in [
                event("global", endsIn: 3 * 86_400), event("own", endsIn: 86_400, target: user.id),
                event("foreign", endsIn: 60, target: other.id),
                event("ended", endsIn: 0), event("inactive", endsIn: 60),
            ] {
                try await database.execute(try UpcomingEventStore.upsert(event, at: now))
            }
            try await database.execute(UpcomingEventStore.deactivate("inactive", at: now))
            #expect(try await list() == ["own", "global"])
            let item = try await rig.wire.get("/api/v1/dashboard/events", [user.header]).json?.arrayValue?.first
            #expect(item?["type"]?.stringValue == "maintenance")
            #expect(item?["description"] == .null)
            #expect(item?["action"]?["href"]?.stringValue == "/games")
            for number in 0..<11 {
                try await database.execute(try UpcomingEventStore.upsert(event("more-\(number)", endsIn: 100), at: now))
            }
            #expect(try await list().count == 10)
            // Written again it is changed, not doubled.
            try await database.execute(try UpcomingEventStore.upsert(event("own", endsIn: 50, target: user.id), at: now))
            #expect(try await list().first == "own")
        }
    }

    @Test("A streak is an event while nothing was mined this week")
    func streak() async throws {
        try await Rig.run { rig in
            let user = try await rig.user("bc1quser")
            let database = rig.runtime.database
            let week = ISOWeek(containing: rig.clock.now)
            for back in 1...3 {
                let past = ISOWeek(containing: rig.clock.now.adding(seconds: Int64(-7 * 86_400 * back)))
                try await database.execute(
                    """
                    insert into streak_calendar (user_id, week_iso, week_start, share_count, is_active)
                    values (\(user.id), \(past.description), \(past.monday), 1, true)
                    """
                )
            }
            let last = ISOWeek(containing: rig.clock.now.adding(seconds: -7 * 86_400))
            try await database.execute(
                """
                insert into user_gamification (user_id, current_streak, longest_streak, streak_evaluated_week, last_active_week, updated_at)
                values (\(user.id), 3, 3, \(last.description), \(last.description), \(rig.clock.now))
                """
            )
            func first() async throws -> JSONValue? {
                try await rig.wire.get("/api/v1/dashboard/events", [user.header]).json?.arrayValue?.first
            }
            let event = try await first()
            #expect(event?["id"]?.stringValue == "streak-\(week)")
            #expect(event?["type"]?.stringValue == "streak")
            #expect(event?["ends_at"]?.stringValue == week.end.rfc3339)
            #expect(event?["description"]?.stringValue?.contains("3 weeks") == true)
            #expect(event?["action"]?["href"]?.stringValue == "/profile/streaks")
            try await database.execute(
                """
                insert into streak_calendar (user_id, week_iso, week_start, share_count, is_active)
                values (\(user.id), \(week.description), \(week.monday), 1, true)
                """
            )
            #expect(try await first() == nil)
        }
    }
}
