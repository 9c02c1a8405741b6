import Scheduler
import Testing

@Suite("Machine: leadership")
struct LeadershipMachineTests {
    let start: Int64
    let hourly = task("hourly", .hourly(minute: 0))

    init() throws {
        start = try unixMilliseconds("2026-02-25T12:30:00Z")
    }

    @Test("tries at once and then every 5 s until it succeeds")
    func retries() {
        var driver = MachineDriver([hourly], at: start)
        driver.canLead = false
        driver.tick()
        #expect(driver.takeAsked() == [.tryLeadership])
        #expect(driver.machine.nextWakeUp(after: start) == start + 5_000)
        driver.tick(at: start + 4_999)
        #expect(driver.takeAsked().isEmpty)
        driver.canLead = true
        driver.tick(at: start + 5_000)
        #expect(driver.takeAsked().prefix(4) == [.tryLeadership, .announceLeadership, .checkLeadership, .readLedger])
        #expect(driver.machine.isLeader)
    }

    @Test("never asks twice before it has an answer")
    func oneQuestionAtATime() {
        var machine = SchedulerMachine(tasks: [hourly])
        #expect(machine.handle(.tick, at: start) == [.tryLeadership])
        #expect(machine.handle(.tick, at: start + 60_000).isEmpty)
        #expect(machine.nextWakeUp(after: start) == nil)
        #expect(machine.handle(.leadershipAnswered(true), at: start + 60_000) == [.announceLeadership, .checkLeadership])
        #expect(machine.handle(.tick, at: start + 120_000).isEmpty)
        #expect(machine.handle(.leadershipChecked(stillHeld: true), at: start + 120_000) == [.readLedger])
        #expect(machine.handle(.tick, at: start + 180_000).isEmpty)
    }

    @Test("ignores answers to questions it did not ask")
    func strayAnswers() {
        var machine = SchedulerMachine(tasks: [hourly])
        #expect(machine.handle(.leadershipChecked(stillHeld: true), at: start) == [.tryLeadership])
        #expect(machine.handle(.ledgerRead([:]), at: start).isEmpty)
        #expect(machine.handle(.finished(task: "nobody", .succeeded, atMilliseconds: start), at: start).isEmpty)
        #expect(!machine.isLeader)
    }

    @Test("verifies leadership before each single start")
    func checksBeforeEachStart() {
        let tasks = ["a", "b", "c"].map { task($0, .hourly(minute: 0)) }
        var driver = MachineDriver(tasks, at: start)
        driver.tick()
        #expect(driver.takeStarted() == ["a 2026-02-25T12:00", "b 2026-02-25T12:00", "c 2026-02-25T12:00"])
        // One check for the ledger and one for each of the three starts.
        #expect(driver.takeAsked().count { $0 == .checkLeadership } == 4)
    }

    @Test("starts nothing when the check fails, and tries to lead again after 5 s")
    func losesLeadership() {
        var driver = MachineDriver([hourly], at: start)
        driver.tick()
        driver.finish("hourly")
        _ = (driver.takeStarted(), driver.takeAsked())
        driver.stillHeld = false
        driver.histories = ["hourly": TaskHistory(lastSuccessfulKey: "2026-02-25T12:00")]
        driver.tick(at: start + 1_800_000)
        #expect(driver.takeStarted().isEmpty)
        #expect(driver.takeAsked() == [.checkLeadership, .announceLoss])
        #expect(!driver.machine.isLeader)
        driver.stillHeld = true
        driver.tick(at: driver.now + 5_000)
        #expect(driver.takeAsked().prefix(2) == [.tryLeadership, .announceLeadership])
        #expect(driver.takeStarted() == ["hourly 2026-02-25T13:00"])
    }

    @Test("reads the ledger anew every minute, and after 5 s when that failed")
    func ledgerRhythm() {
        var driver = MachineDriver([hourly], at: start)
        driver.histories = nil
        driver.tick()
        #expect(driver.takeStarted().isEmpty)
        #expect(driver.machine.nextWakeUp(after: start) == start + 5_000)
        driver.histories = ["hourly": TaskHistory(lastSuccessfulKey: "2026-02-25T12:00")]
        driver.tick(at: start + 5_000)
        #expect(driver.takeStarted().isEmpty)
        #expect(driver.machine.nextWakeUp(after: driver.now) == start + 65_000)
        _ = driver.takeAsked()
        driver.tick(at: start + 65_000)
        #expect(driver.takeAsked() == [.checkLeadership, .readLedger])
    }

    @Test("does not start a task again that still runs from an earlier term")
    func runsAcrossTerms() {
        var driver = MachineDriver([hourly], at: start)
        driver.tick()
        #expect(driver.takeStarted() == ["hourly 2026-02-25T12:00"])
        driver.stillHeld = false
        driver.tick(at: start + 60_000)
        driver.stillHeld = true
        driver.tick(at: start + 65_000)
        driver.tick(at: start + 3_600_000)
        #expect(driver.machine.isLeader)
        #expect(driver.takeStarted().isEmpty)
        driver.finish("hourly")
        #expect(driver.takeStarted() == ["hourly 2026-02-25T13:00"])
    }

    @Test("learns from the ledger what another leader has done meanwhile")
    func otherLeader() {
        var driver = MachineDriver([task("draw", .weekly(.sunday, hour: 23, minute: 59), .everyMissedKey)], at: start)
        driver.histories = ["draw": TaskHistory(lastSuccessfulKey: "2026-W08")]
        driver.tick()
        driver.histories = ["draw": TaskHistory(lastSuccessfulKey: "2026-W11")]
        driver.tick(at: start + 4 * 604_800_000)
        #expect(driver.takeStarted() == ["draw 2026-W12"])
    }
}
