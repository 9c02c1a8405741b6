import Scheduler
import Testing

@Suite("Machine: due keys and catch-up")
struct CatchUpMachineTests {
    let start: Int64
    let day: Int64 = 86_400_000

    init() throws {
        start = try unixMilliseconds("2026-02-25T12:30:00Z")
    }

    @Test("without any history runs the newest key only", arguments: [CatchUp.everyMissedKey, .newestOnly])
    func firstStart(catchUp: CatchUp) {
        var driver = MachineDriver([task("daily", .daily(hour: 4, minute: 0), catchUp)], at: start)
        driver.tick()
        driver.finish("daily")
        #expect(driver.takeStarted() == ["daily 2026-02-25"])
        #expect(driver.machine.nextWakeUp(after: driver.now) == start + 60_000)
    }

    @Test("runs every missed key, oldest first, one after the other")
    func everyMissedKey() {
        var driver = MachineDriver([task("draw", .daily(hour: 4, minute: 0), .everyMissedKey)], at: start)
        driver.histories = ["draw": TaskHistory(lastSuccessfulKey: "2026-02-21")]
        driver.tick()
        for expected in ["draw 2026-02-22", "draw 2026-02-23", "draw 2026-02-24", "draw 2026-02-25"] {
            #expect(driver.takeStarted() == [expected])
            driver.finish("draw", after: 1_000)
        }
        #expect(driver.takeStarted().isEmpty)
    }

    @Test("runs only the newest of many missed keys where that is enough")
    func newestOnly() {
        var driver = MachineDriver([task("cleanup", .daily(hour: 4, minute: 0))], at: start)
        driver.histories = ["cleanup": TaskHistory(lastSuccessfulKey: "2026-01-01")]
        driver.tick()
        driver.finish("cleanup")
        #expect(driver.takeStarted() == ["cleanup 2026-02-25"])
    }

    @Test("drops a key that could not start within its window, and takes the next one on time")
    func newestWithin() throws {
        let warning = task("warning", .weekly(.sunday, hour: 18, minute: 0), .newestWithin(seconds: 5 * 3_600))
        var driver = MachineDriver([warning], at: try unixMilliseconds("2026-03-01T23:00:01Z"))
        driver.histories = ["warning": TaskHistory(lastSuccessfulKey: "2026-W08")]
        driver.tick()
        #expect(driver.takeStarted().isEmpty)
        driver.tick(at: try unixMilliseconds("2026-03-08T18:00:00Z"))
        #expect(driver.takeStarted() == ["warning 2026-W10"])

        var inTime = MachineDriver([warning], at: try unixMilliseconds("2026-03-01T23:00:00Z"))
        inTime.histories = ["warning": TaskHistory(lastSuccessfulKey: "2026-W08")]
        inTime.tick()
        #expect(inTime.takeStarted() == ["warning 2026-W09"])
    }

    @Test("does nothing while the newest key is done, also when the clock has gone back")
    func upToDate() {
        var driver = MachineDriver([task("daily", .daily(hour: 4, minute: 0), .everyMissedKey)], at: start)
        driver.histories = ["daily": TaskHistory(lastSuccessfulKey: "2026-02-27")]
        driver.tick()
        driver.tick(at: start + day)
        driver.tick(at: start + 2 * day)
        #expect(driver.takeStarted().isEmpty)
        driver.tick(at: start + 3 * day)
        #expect(driver.takeStarted() == ["daily 2026-02-28"])
    }

    @Test("treats a key the schedule does not know, as after a change of schedule, as no history")
    func changedSchedule() {
        var driver = MachineDriver([task("job", .daily(hour: 4, minute: 0), .everyMissedKey)], at: start)
        driver.histories = ["job": TaskHistory(lastSuccessfulKey: "2026-W01")]
        driver.tick()
        driver.finish("job")
        #expect(driver.takeStarted() == ["job 2026-02-25"])
    }

    @Test("does not start a task again that still runs at its next due time; afterwards the policy decides")
    func stillRunning() throws {
        let tasks = [task("every", .every(seconds: 60), .everyMissedKey), task("newest", .every(seconds: 60), .newestOnly)]
        var driver = MachineDriver(tasks, at: try unixMilliseconds("2026-02-25T12:30:00Z"))
        driver.tick()
        #expect(driver.takeStarted() == ["every 2026-02-25T12:30", "newest 2026-02-25T12:30"])
        for minute in 1...3 {
            driver.tick(at: start + Int64(minute) * 60_000)
        }
        #expect(driver.takeStarted().isEmpty)
        driver.finish("every")
        driver.finish("newest")
        #expect(driver.takeStarted() == ["every 2026-02-25T12:31", "newest 2026-02-25T12:33"])
    }

    @Test("starts what has been due for longest first")
    func oldestFirst() {
        let tasks = [task("quick", .every(seconds: 60)), task("draw", .daily(hour: 4, minute: 0)), task("hourly", .hourly(minute: 0))]
        var driver = MachineDriver(tasks, at: start)
        driver.tick()
        #expect(driver.takeStarted() == ["draw 2026-02-25", "hourly 2026-02-25T12:00", "quick 2026-02-25T12:30"])
    }

    @Test("an older ledger reading does not bring back what has been done meanwhile")
    func staleReading() {
        var driver = MachineDriver([task("job", .every(seconds: 60), .everyMissedKey)], at: start)
        driver.tick()
        driver.finish("job")
        driver.histories = ["job": TaskHistory(lastSuccessfulKey: "2026-02-25T12:29")]
        _ = driver.takeStarted()
        driver.tick(at: start + 60_000)
        #expect(driver.takeStarted() == ["job 2026-02-25T12:31"])
    }

    @Test("waking up only when told to, it runs every key of two weeks exactly once, in order")
    func wakeUpsSuffice() throws {
        let tasks = [
            task("a", .every(seconds: 1_800, offsetSeconds: 5), .everyMissedKey), task("b", .hourly(minute: 7), .everyMissedKey),
            task("c", .daily(hour: 4, minute: 0), .everyMissedKey), task("d", .weekly(.sunday, hour: 23, minute: 59), .everyMissedKey),
        ]
        let begin = try unixMilliseconds("2026-02-16T00:00:05Z")
        let end = begin + 14 * day
        var driver = MachineDriver(tasks, at: begin)
        var runs: [String: [String]] = [:]
        while driver.now < end {
            driver.tick()
            for start in driver.takeStarted() {
                let words = start.split(separator: " ").map(String.init)
                runs[words[0], default: []].append(words[1])
                driver.finish(words[0])
            }
            #expect(driver.takeStarted().isEmpty)
            let next = try #require(driver.machine.nextWakeUp(after: driver.now))
            try #require(next > driver.now)
            driver.now = next
        }
        for task in tasks {
            var expected: [String] = []
            var key = task.schedule.newestKey(atSeconds: begin / 1_000)
            while key.dueAtMilliseconds < end {
                expected.append(key.text)
                key = task.schedule.key(after: key)
            }
            #expect(runs[task.name] == expected)
        }
    }
}
