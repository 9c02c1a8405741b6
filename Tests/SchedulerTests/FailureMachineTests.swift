import Scheduler
import Testing

@Suite("Machine: failures, locks and overdue runs")
struct FailureMachineTests {
    let start: Int64

    init() throws {
        start = try unixMilliseconds("2026-02-25T12:30:00Z")
    }

    @Test("retries a failed key after 5 s, doubling up to 5 minutes, and never skips it")
    func backOff() {
        var driver = MachineDriver([task("draw", .every(seconds: 60), .everyMissedKey)], at: start)
        driver.tick()
        #expect(driver.takeStarted() == ["draw 2026-02-25T12:30"])
        for (attempt, delay) in [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000].enumerated() {
            driver.finish("draw", .failed(code: "chain_unavailable"))
            driver.tick(at: driver.now + Int64(delay) - 1)
            #expect(driver.takeStarted().isEmpty)
            driver.tick(at: driver.now + 1)
            #expect(driver.takeStarted() == ["draw 2026-02-25T12:30 #\(attempt + 2)"])
        }
        driver.finish("draw")
        #expect(driver.takeStarted() == ["draw 2026-02-25T12:31"])
    }

    @Test("wakes up for the retry")
    func retryWakeUp() {
        var driver = MachineDriver([task("job", .daily(hour: 4, minute: 0))], at: start)
        driver.tick()
        driver.finish("job", .failed(code: "x"))
        #expect(driver.machine.nextWakeUp(after: driver.now) == start + 5_000)
    }

    @Test("gives up a failing key for a newer one where only the newest counts, and starts counting anew")
    func newerKeyReplacesFailing() {
        var configuration = SchedulerConfiguration()
        configuration.firstRetryMilliseconds = 100_000
        var driver = MachineDriver([task("cache", .every(seconds: 60))], at: start, configuration: configuration)
        driver.tick()
        driver.finish("cache", .failed(code: "x"))
        _ = driver.takeStarted()
        #expect(driver.machine.nextWakeUp(after: driver.now) == start + 60_000)
        driver.tick(at: start + 60_000)
        #expect(driver.takeStarted() == ["cache 2026-02-25T12:31"])
    }

    @Test("tries again later when another process holds the task's lock, without counting a failure")
    func lockedElsewhere() {
        var driver = MachineDriver([task("job", .daily(hour: 4, minute: 0))], at: start)
        driver.tick()
        driver.finish("job", .lockedElsewhere)
        driver.tick(at: start + 4_999)
        #expect(driver.takeStarted() == ["job 2026-02-25"])
        driver.tick(at: start + 5_000)
        #expect(driver.takeStarted() == ["job 2026-02-25"])
    }

    @Test("takes a key another leader has finished as done")
    func alreadyDone() {
        var driver = MachineDriver([task("job", .daily(hour: 4, minute: 0), .everyMissedKey)], at: start)
        driver.tick()
        driver.finish("job", .alreadyDone)
        driver.tick(at: start + 600_000)
        #expect(driver.takeStarted() == ["job 2026-02-25"])
    }

    @Test("flags a run once at three times its usual duration, and leaves it running")
    func overdue() throws {
        var driver = MachineDriver([task("job", .daily(hour: 4, minute: 0), usually: 10_000)], at: start)
        driver.tick()
        _ = driver.takeAsked()
        #expect(driver.machine.nextWakeUp(after: start) == start + 30_000)
        driver.tick(at: start + 29_999)
        #expect(driver.takeAsked().isEmpty)
        driver.tick(at: start + 30_000)
        let asked = driver.takeAsked()
        guard case .flagOverdue("job", let key, 30_000) = try #require(asked.first) else { return #expect(Bool(false), "\(asked)") }
        #expect(key.text == "2026-02-25")
        #expect(driver.machine.statuses(at: driver.now)[0].isOverdue)
        driver.tick(at: start + 31_000)
        #expect(driver.takeAsked().isEmpty)
        driver.finish("job")
        #expect(!driver.machine.statuses(at: driver.now)[0].isOverdue)
    }

    @Test("takes the usual duration from the ledger, and at least a second")
    func usualDuration() {
        var driver = MachineDriver([task("long", .daily(hour: 4, minute: 0)), task("short", .daily(hour: 4, minute: 0))], at: start)
        driver.histories = [
            "long": TaskHistory(lastSuccessfulKey: "2026-02-24", usualDurationMilliseconds: 15_000),
            "short": TaskHistory(lastSuccessfulKey: "2026-02-24", usualDurationMilliseconds: 2),
        ]
        driver.tick()
        #expect(driver.machine.nextWakeUp(after: start) == start + 3_000)
        driver.tick(at: start + 3_000)
        driver.tick(at: start + 44_999)
        #expect(driver.takeAsked().compactMap(overdueTask) == ["short"])
        driver.tick(at: start + 45_000)
        #expect(driver.takeAsked().compactMap(overdueTask) == ["long"])
    }

    @Test("flags overdue runs also after leadership was lost")
    func overdueWithoutLeadership() {
        var driver = MachineDriver([task("job", .daily(hour: 4, minute: 0), usually: 40_000)], at: start)
        driver.tick()
        driver.stillHeld = false
        driver.canLead = false
        driver.tick(at: start + 60_000)
        #expect(!driver.machine.isLeader)
        driver.tick(at: start + 120_000)
        #expect(driver.takeAsked().compactMap(overdueTask) == ["job"])
    }

    @Test("reports what admin health shows")
    func statuses() throws {
        var driver = MachineDriver([task("job", .daily(hour: 4, minute: 0)), task("job", .hourly(minute: 0))], at: start)
        #expect(driver.machine.statuses(at: start).map(\.lastDueKey) == [nil])
        driver.tick()
        var status = try #require(driver.machine.statuses(at: start).first)
        #expect(status.isRunning)
        #expect(status.lastStartedAtMilliseconds == start)
        driver.finish("job", .failed(code: "x"), after: 250)
        status = try #require(driver.machine.statuses(at: driver.now).first)
        #expect(!status.isRunning)
        #expect(status.lastDueKey == "2026-02-25")
        #expect(status.lastFinishedAtMilliseconds == start + 250)
        #expect(status.lastOutcome == .failed(code: "x"))
        #expect(status.lastOutcome?.label == "failed")
        #expect(status.nextDueAtMilliseconds == (try unixMilliseconds("2026-02-26T04:00:00Z")))
        #expect(status.schedule.description == "daily at 04:00")
    }

    private func overdueTask(_ action: SchedulerMachine.Action) -> String? {
        if case .flagOverdue(let task, _, _) = action { task } else { nil }
    }
}
