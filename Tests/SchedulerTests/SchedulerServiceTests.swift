import Logging
import Scheduler
import Synchronization
import Testing

@Suite("Service", .timeLimit(.minutes(1)))
struct SchedulerServiceTests {
    let cluster = InMemoryCluster()
    let clock: ManualClock

    init() throws {
        clock = ManualClock(try unixMilliseconds("2026-02-25T12:30:00Z"))
    }

    private func service(_ tasks: [ScheduledTask], node: String = "a", hooks: SchedulerHooks = SchedulerHooks()) -> SchedulerService {
        SchedulerService(
            tasks: tasks,
            leadership: cluster.leadership(of: node),
            ledger: cluster,
            locks: cluster,
            clock: clock,
            hooks: hooks,
            metricsPrefix: "test_",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func running(_ services: SchedulerService..., during body: () async throws -> Void) async rethrows {
        let tasks = services.map { service in Task { await service.run() } }
        defer { for task in tasks { task.cancel() } }
        try await body()
        for task in tasks {
            task.cancel()
            await task.value
        }
    }

    @Test("runs what is due, tells the body the key and the time, and records start and end")
    func runsDueTask() async {
        let seen = Mutex<[String]>([])
        let job = ScheduledTask("job", .daily(hour: 4, minute: 0), catchUp: .newestOnly) { key, now in
            seen.withLock { $0.append("\(key) \(now)") }
        }
        await running(service([job])) {
            await cluster.wait { $0.ends.count == 1 }
        }
        #expect(seen.withLock { $0 } == ["2026-02-25 \(clock.nowMilliseconds)"])
        #expect(cluster.facts.starts.map(\.key.text) == ["2026-02-25"])
        #expect(cluster.facts.ends.map(\.outcome) == [.succeeded])
        #expect(cluster.facts.ends.first?.run == cluster.facts.starts.first)
        #expect(cluster.facts.checks >= 2)
    }

    @Test("follows the clock from key to key")
    func followsClock() async {
        let job = ScheduledTask("job", .every(seconds: 60), catchUp: .everyMissedKey) { _, _ in }
        await running(service([job])) {
            for minute in 1...5 {
                await cluster.wait { $0.ends.count >= minute }
                clock.advance(milliseconds: 60_000)
            }
            await cluster.wait { $0.ends.count >= 6 }
        }
        #expect(cluster.facts.ends.map(\.run.key.text) == (30...35).map { "2026-02-25T12:\($0)" })
    }

    @Test("runs three tasks at once and no more, and all of them in the end")
    func limit() async {
        let counts = Mutex((running: 0, most: 0))
        let tasks = (0..<8).map { number in
            ScheduledTask("task\(number)", .daily(hour: 4, minute: 0), catchUp: .newestOnly) { _, _ in
                counts.withLock { counts in
                    counts.running += 1
                    counts.most = max(counts.most, counts.running)
                }
                // Nobody ends before three have met.
                while counts.withLock({ $0.most }) < 3 { await Task.yield() }
                for _ in 0..<50 { await Task.yield() }
                counts.withLock { $0.running -= 1 }
            }
        }
        await running(service(tasks)) {
            await cluster.wait { $0.ends.count == 8 }
        }
        #expect(counts.withLock { $0.most } == 3)
    }

    @Test("never runs the same task twice side by side, while others go on")
    func neverSideBySide() async {
        let gate = Gate()
        let slow = ScheduledTask("slow", .every(seconds: 10), catchUp: .newestOnly) { _, _ in await gate.wait() }
        let quick = ScheduledTask("quick", .every(seconds: 10), catchUp: .newestOnly) { _, _ in }
        await running(service([slow, quick])) {
            for round in 1...6 {
                await cluster.wait { $0.ends.count { $0.run.task == "quick" } >= round }
                clock.advance(milliseconds: 10_000)
            }
            #expect(cluster.facts.starts.count { $0.task == "slow" } == 1)
            gate.open()
            await cluster.wait { $0.starts.count { $0.task == "slow" } >= 2 }
        }
        #expect(cluster.facts.ends.first { $0.run.task == "slow" }?.outcome == .succeeded)
    }

    @Test("records a failure under a code without its description, and retries")
    func recordsFailures() async {
        struct Secret: Error, CustomStringConvertible { let description = "bc1qsecret" }
        struct Named: TaskFailure { let failureCode = "chain_unavailable" }
        let attempts = Mutex(0)
        let job = ScheduledTask("job", .daily(hour: 4, minute: 0), catchUp: .everyMissedKey) { _, _ in
            let attempt = attempts.withLock {
                $0 += 1
                return $0
            }
            if attempt == 1 { throw Secret() }
            if attempt == 2 { throw Named() }
        }
        await running(service([job])) {
            await cluster.wait { $0.ends.count == 1 }
            clock.advance(milliseconds: 5_000)
            await cluster.wait { $0.ends.count == 2 }
            clock.advance(milliseconds: 10_000)
            await cluster.wait { $0.ends.count == 3 }
        }
        #expect(cluster.facts.ends.map(\.outcome) == [.failed(code: "Secret"), .failed(code: "chain_unavailable"), .succeeded])
        #expect(Set(cluster.facts.ends.map(\.run.key)).count == 1)
    }

    @Test("of two processes only one leads; when its connection dies the other takes over and leaves done keys alone")
    func takesOver() async {
        let leaders = Mutex<[String]>([])
        func node(_ name: String) -> SchedulerService {
            var hooks = SchedulerHooks()
            hooks.leadershipChanged = { isLeader in leaders.withLock { $0.append("\(name) \(isLeader)") } }
            let job = ScheduledTask("job", .every(seconds: 60), catchUp: .everyMissedKey) { _, _ in }
            return service([job], node: name, hooks: hooks)
        }
        let (a, b) = (node("a"), node("b"))
        await running(a) {
            await cluster.wait { $0.ends.count == 1 }
            #expect(a.isLeader)
            await running(b) {
                cluster.dropLeader()
                // The next check tells the old leader; whoever asks first afterwards leads.
                clock.advance(milliseconds: 60_000)
                await cluster.wait { $0.leader == "b" || $0.leader == "a" }
                clock.advance(milliseconds: 5_000)
                await cluster.wait { $0.ends.count == 2 }
            }
        }
        #expect(cluster.facts.ends.map(\.run.key.text) == ["2026-02-25T12:30", "2026-02-25T12:31"])
        #expect(leaders.withLock { $0.first } == "a true")
        #expect(cluster.facts.leader == nil)
    }

    @Test("waits while another process holds the lock of the task, and runs it once the lock is free")
    func respectsLock() async {
        let runs = Mutex(0)
        let job = ScheduledTask("job", .daily(hour: 4, minute: 0), catchUp: .newestOnly) { _, _ in runs.withLock { $0 += 1 } }
        cluster.hold(lock: "job")
        await running(service([job])) {
            await clock.waitForSleeper(untilMilliseconds: clock.nowMilliseconds + 5_000)
            #expect(runs.withLock { $0 } == 0)
            cluster.release(lock: "job")
            clock.advance(milliseconds: 5_000)
            await cluster.wait { $0.ends.contains { $0.run.task == "job" } }
        }
        #expect(runs.withLock { $0 } == 1)
    }

    @Test("starts nothing while the ledger is down, and everything due once it is back")
    func ledgerDown() async {
        cluster.setLedgerDown(true)
        let job = ScheduledTask("job", .daily(hour: 4, minute: 0), catchUp: .newestOnly) { _, _ in }
        await running(service([job])) {
            await clock.waitForSleeper(untilMilliseconds: clock.nowMilliseconds + 5_000)
            #expect(cluster.facts.starts.isEmpty)
            cluster.setLedgerDown(false)
            clock.advance(milliseconds: 5_000)
            await cluster.wait { $0.ends.count == 1 }
        }
    }

    @Test("tells about an overdue run")
    func overdue() async {
        let gate = Gate()
        let flagged = Gate()
        var hooks = SchedulerHooks()
        hooks.taskOverdue = { _, _, _ in flagged.open() }
        let job = ScheduledTask("job", .daily(hour: 4, minute: 0), catchUp: .newestOnly, usualDurationMilliseconds: 2_000) { _, _ in
            await gate.wait()
        }
        let service = service([job], hooks: hooks)
        await running(service) {
            await cluster.wait { $0.starts.count == 1 }
            clock.advance(milliseconds: 6_000)
            await flagged.wait()
            #expect(service.statuses.first?.isOverdue == true)
            gate.open()
            await cluster.wait { $0.ends.count == 1 }
        }
    }

    @Test("when cancelled, cancels running bodies, records their end, and frees leadership")
    func shutdown() async {
        let gate = Gate()
        let job = ScheduledTask("job", .daily(hour: 4, minute: 0), catchUp: .newestOnly) { _, _ in
            await gate.wait()
            try Task.checkCancellation()
        }
        await running(service([job])) {
            await cluster.wait { $0.starts.count == 1 }
        }
        #expect(cluster.facts.ends.map(\.outcome) == [.failed(code: "cancelled")])
        #expect(cluster.facts.leader == nil)
    }
}
