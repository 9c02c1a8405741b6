import GameRules
import LocalServers
import Logging
import Postgres
import TestServers
import Testing

@testable import Platform
@testable import Scheduler

/// Leadership, task locks and the record of runs on a real server (spec 11 §7, §19.9).
@Suite("Leadership on PostgreSQL")
struct LeadershipTests {
    @Test("Of three workers exactly one leads; when its connection is gone another takes over")
    func oneLeader() async throws {
        try await withDatabase { database in
            let clients = try (0..<3).map { _ in try MigrationRig.client(database.url) }
            let candidates = clients.map { AdvisoryLeadership(database: $0) }
            var leads: [Bool] = []
            for candidate in candidates { leads.append(try await candidate.tryAcquire()) }
            #expect(leads == [true, false, false])
            let (first, second) = (candidates[0], candidates[1])
            #expect(try await first.tryAcquire() == true)
            #expect(await first.stillHeld())
            try await clients[2].execute(
                """
                select pg_terminate_backend(pid) from pg_locks
                where locktype = 'advisory' and classid = 7462 and objid = 1 and database = (select oid from pg_database where datname = current_database())
                """
            )
            var takenOver = false
            for _ in 0..<500 where !takenOver {
                takenOver = try await second.tryAcquire()
                if !takenOver { try await Task.sleep(for: .milliseconds(20)) }
            }
            #expect(takenOver)
            #expect(await !first.stillHeld())
            #expect(try await first.tryAcquire() == false)
            await second.release()
            #expect(try await first.tryAcquire() == true)
            await first.release()
            for client in clients { await client.close() }
        }
    }

    @Test("A task runs once at a time, whoever leads, and its lock is free afterwards also when it fails")
    func taskLocks() async throws {
        struct Failure: Error {}
        try await withDatabase { database in
            let clients = try (0..<2).map { _ in try MigrationRig.client(database.url) }
            let (left, right) = (AdvisoryTaskLocks(database: clients[0]), AdvisoryTaskLocks(database: clients[1]))
            let inside = try await left.withLock(task: "a") {
                let same = try await right.withLock(task: "a") { true }
                let other = try await right.withLock(task: "b") { true }
                return same == nil && other == true
            }
            #expect(inside == true)
            await #expect(throws: Failure.self) { try await left.withLock(task: "a") { throw Failure() } }
            #expect(try await right.withLock(task: "a") { 5 } == 5)
            for client in clients { await client.close() }
        }
    }

    @Test("Runs are remembered: the last successful key, and how long a run usually takes; runs by hand do not count as due")
    func ledger() async throws {
        try await MigrationRig.withEmpty { database, _ in
            try await Migrator(database: database).up(now: MigrationRig.now)
            let daily = Schedule.daily(hour: 4, minute: 0)
            let ledger = SystemHealthLedger(database: database)
            func run(_ key: String, at start: Int64, lasting: Int64, _ outcome: TaskOutcome, isManual: Bool = false) async throws {
                let run = TaskRun(task: "t", key: try #require(daily.key(named: key)), startedAtMilliseconds: start, isManual: isManual)
                try await ledger.recordStart(run)
                try await ledger.recordEnd(run, outcome: outcome, atMilliseconds: start + lasting)
            }
            let start = MigrationRig.now.millisecondsSinceUnixEpoch
            try await run("2026-02-24", at: start, lasting: 100, .succeeded)
            try await run("2026-02-25", at: start + 1_000, lasting: 300, .succeeded)
            try await run("2026-02-26", at: start + 2_000, lasting: 10, .failed(code: "Oops"))
            try await run("2026-02-27", at: start + 3_000, lasting: 300, .succeeded, isManual: true)
            let history = try await ledger.histories(of: ["t", "unknown"])
            #expect(history["t"]?.lastSuccessfulKey == "2026-02-25")
            #expect(history["t"]?.usualDurationMilliseconds == 300)
            #expect(history["unknown"]?.lastSuccessfulKey == nil)
        }
    }
}
