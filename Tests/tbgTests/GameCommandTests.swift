import GameRules
import LocalServers
import Logging
import Platform
import Postgres
import TestServers
import Testing

/// `tbg admin xp-adjust`, `node-verified` and `excuse-week` as an operator runs them (spec 05 §4.3, §5.1, §7.2).
@Suite("Commands of gamification")
struct GameCommandTests {
    /// A database with a user, and the program on it.
    private struct Desk: Sendable {
        let database: PostgresClient
        let user: UserID
        let stores: [String: String]

        func admin(_ arguments: String...) async throws -> CommandOutput { try await Program.run(["admin"] + arguments, stores) }

        func texts(_ sql: SQL) async throws -> [String] {
            try await database.query(sql, access: .write).map { try String(postgres: $0[0]) }
        }

        static func run(_ body: (Desk) async throws -> Void) async throws {
            try await withDatabase(template: Rig.migrated) { database in
                try await withRedis { redis in
                    let client = PostgresClient(
                        configuration: try PostgresConfiguration(url: database.url),
                        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                    )
                    let made: SQL = "insert into users (btc_address, created_at, updated_at) values ('bc1qdesk', now(), now()) returning id"
                    let user = try #require(try await client.query(made, access: .write).value(UserID.self))
                    let stores = ["DATABASE_URL": database.url, "REDIS_URL": redis.url]
                    try await body(Desk(database: client, user: user, stores: stores))
                    await client.close()
                }
            }
        }
    }

    @Test("A correction is a row of the ledger and of the audit log; with the same id it is booked once; below 0 it is refused")
    func adjust() async throws {
        try await Desk.run { desk in
            let (user, id) = (desk.user.description, "0b0e7a54-3c55-4e0c-9d8e-0d2a6f4b1c11")
            for _ in 0..<2 {
                let output = try await desk.admin("xp-adjust", user, "--by", "150", "--ticket", "T-7", "--id", id.uppercased())
                #expect(output.status == .code(0) && output.text.contains("has 150 XP now, by correction \(id)"), "\(output.text)")
            }
            let ledger: SQL = "select concat_ws('|', user_id, amount, source, source_id, idempotency_key) from xp_ledger order by id"
            #expect(try await desk.texts(ledger) == ["\(user)|150|adjustment|T-7|adjustment:\(id)"])
            let audit: SQL = """
                select concat_ws('|', action, status, actor_type, resource_type, resource_id, details ->> 'amount', details ->> 'ticket')
                from audit_log order by id
                """
            #expect(try await desk.texts(audit) == ["xp.adjusted|success|admin|user|\(user)|150|T-7"])
            #expect(try await desk.texts("select total_xp || ' ' || level from user_gamification") == ["150 2"])
            #expect(try await desk.texts("select subtype::text from notifications") == ["level_up"])

            let refused = try await desk.admin("xp-adjust", user, "--by", "-151", "--ticket", "T-8")
            #expect(refused.status == .code(1) && refused.text.contains("150 XP"), "\(refused.text)")
            let other = try await desk.admin("xp-adjust", user, "--by", "10", "--ticket", "T-8", "--id", id)
            #expect(other.status == .code(1) && other.text.contains(id), "\(other.text)")
            // Without an id every run is a correction of its own.
            for total in [140, 130] {
                let output = try await desk.admin("xp-adjust", user, "--by", "-10", "--ticket", "T-9")
                #expect(output.text.contains("has \(total) XP now"), "\(output.text)")
            }
            #expect(try await desk.texts("select count(*)::text from audit_log") == ["3"])
        }
    }

    @Test("A node's badge is earned once, with its experience, its news and a row of the audit log")
    func node() async throws {
        try await Desk.run { desk in
            let user = desk.user.description
            let first = try await desk.admin("node-verified", user, "archival")
            #expect(first.status == .code(0) && first.text.contains("has earned Archival Node"), "\(first.text)")
            let again = try await desk.admin("node-verified", user, "archival")
            #expect(again.status == .code(0) && again.text.contains("has the badge already"), "\(again.text)")
            #expect(
                try await desk.texts("select concat_ws('|', amount, source, source_id, idempotency_key) from xp_ledger")
                    == ["250|badge|node_archival|badge:node_archival:\(user)"]
            )
            #expect(try await desk.texts("select metadata ->> 'event' from user_badges") == ["node_verified_archival"])
            #expect(
                try await desk.texts("select concat_ws('|', action, actor_type, resource_id, details ->> 'kind') from audit_log")
                    == ["node.verified|admin|\(user)|archival"]
            )
            #expect(try await desk.texts("select subtype::text from notifications order by 1") == ["badge_earned", "level_up"])
            #expect(try await desk.texts("select event_type::text from activity_feed") == ["badge_earned"])
        }
    }

    @Test("An excused week gives back the streak it broke, pays nobody for it, and can be taken back")
    func excuse() async throws {
        try await Desk.run { desk in
            let last = ISOWeek(containing: Clock.system.now().adding(seconds: -600)).previous
            for week in [last.advanced(by: -3), last.advanced(by: -2), last] {
                try await desk.database.execute(
                    """
                    insert into streak_calendar (user_id, week_iso, week_start, share_count, best_diff, is_active, day_mask)
                    values (\(desk.user), \(week.description), \(week.monday), 1, 1, true, 1)
                    """
                )
            }
            try await desk.database.execute("insert into user_gamification (user_id, updated_at) values (\(desk.user), now())")
            let gap = last.previous.description
            let streak: SQL = "select current_streak || ' ' || longest_streak from user_gamification"
            let paid: SQL = "select count(*) || ' ' || sum(amount) from xp_ledger where source = 'streak'"
            for _ in 0..<2 {
                let output = try await desk.admin("excuse-week", gap)
                #expect(output.status == .code(0), "\(output.text)")
                #expect(try await desk.texts(streak) == ["3 3"])
                #expect(try await desk.texts(paid) == ["3 75"])
            }
            let audit: SQL =
                "select concat_ws('|', action, actor_type, details ->> 'week', details ->> 'excused') from audit_log order by id"
            #expect(try await desk.texts(audit) == ["streak.excuse_week|admin|\(gap)|true"])
            let removed = try await desk.admin("excuse-week", gap, "--remove")
            #expect(removed.text.contains("no longer excused"), "\(removed.text)")
            #expect(try await desk.texts(streak) == ["1 3"])
            #expect(try await desk.texts(paid) == ["3 75"], "nothing is paid twice, and nothing taken")
            #expect(try await desk.texts(audit).last == "streak.excuse_week|admin|\(gap)|false")
        }
    }

    @Test("What an operator mistypes is named, and changes nothing")
    func refused() async throws {
        try await Desk.run { desk in
            let user = desk.user.description
            let cases: [(arguments: [String], reason: String)] = [
                (["xp-adjust", "me", "--by", "5", "--ticket", "T"], "USER"), (["xp-adjust", "0", "--by", "5", "--ticket", "T"], "USER"),
                (["xp-adjust", user, "--by", "0", "--ticket", "T"], "--by"),
                (["xp-adjust", user, "--by", "lots", "--ticket", "T"], "--by"),
                (["xp-adjust", user, "--by", "1000000001", "--ticket", "T"], "--by"), (["xp-adjust", user, "--by", "5"], "--ticket"),
                (["xp-adjust", user, "--by", "5", "--ticket", ""], "--ticket"),
                (["xp-adjust", user, "--by", "5", "--ticket", "T", "--id", "x"], "--id"),
                (["xp-adjust", "999999", "--by", "5", "--ticket", "T"], "there is no user 999999"),
                (["node-verified", user, "light"], "kind"), (["node-verified", "-", "full"], "USER"),
                (["node-verified", "999999", "full"], "there is no user 999999"), (["excuse-week", "2026-W54"], "WEEK"),
                (["excuse-week", "last"], "WEEK"),
            ]
            for (arguments, reason) in cases {
                let output = try await Program.run(["admin"] + arguments, desk.stores)
                #expect(output.status != .code(0) && output.text.contains(reason), "\(arguments): \(output.text)")
            }
            for table in ["xp_ledger", "user_badges", "audit_log", "notifications"] {
                #expect(try await desk.texts("select count(*)::text from \(identifier: table)") == ["0"], "\(table)")
            }
        }
    }
}
