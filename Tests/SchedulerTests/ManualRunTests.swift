import Logging
import Scheduler
import Synchronization
import Testing

@Suite("Manual runs")
struct ManualRunTests {
    let cluster = InMemoryCluster()
    let clock: ManualClock

    init() throws {
        clock = ManualClock(try unixMilliseconds("2026-02-25T12:30:00Z"))
    }

    private func service(_ tasks: [ScheduledTask]) -> SchedulerService {
        SchedulerService(
            tasks: tasks,
            leadership: cluster.leadership(of: "operator"),
            ledger: cluster,
            locks: cluster,
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test("run one task for the key due at an instant, without leading")
    func runsForInstant() async throws {
        let keys = Mutex<[String]>([])
        let draw = ScheduledTask("draw", .weekly(.sunday, hour: 23, minute: 59), catchUp: .everyMissedKey) { key, _ in
            keys.withLock { $0.append(key.text) }
        }
        let result = await service([draw]).runManually("draw", atMilliseconds: try unixMilliseconds("2026-02-22T23:59:00Z"))
        #expect(result?.key.text == "2026-W08")
        #expect(result?.outcome == .succeeded)
        #expect(keys.withLock { $0 } == ["2026-W08"])
        #expect(cluster.facts.leader == nil)
        #expect(cluster.facts.ends.map(\.run.isManual) == [true])
    }

    @Test("repeat a key that is done, and do not count as the last successful key")
    func repeatsAndDoesNotCount() async throws {
        let runs = Mutex(0)
        let job = ScheduledTask("job", .daily(hour: 4, minute: 0), catchUp: .everyMissedKey) { _, _ in runs.withLock { $0 += 1 } }
        for _ in 0..<2 {
            let result = await service([job]).runManually("job", atMilliseconds: clock.nowMilliseconds)
            #expect(result?.outcome == .succeeded)
        }
        #expect(runs.withLock { $0 } == 2)
        #expect(try await cluster.histories(of: ["job"]).isEmpty)
    }

    @Test("respect the task's lock")
    func respectLock() async {
        cluster.hold(lock: "job")
        let job = ScheduledTask("job", .daily(hour: 4, minute: 0), catchUp: .newestOnly) { _, _ in }
        #expect(await service([job]).runManually("job", atMilliseconds: clock.nowMilliseconds)?.outcome == .lockedElsewhere)
        #expect(cluster.facts.starts.isEmpty)
    }

    @Test("report failures, unknown names and a ledger that is down")
    func failures() async {
        struct Broken: Error {}
        let job = ScheduledTask("job", .daily(hour: 4, minute: 0), catchUp: .newestOnly) { _, _ in throw Broken() }
        #expect(await service([job]).runManually("job", atMilliseconds: 0)?.outcome == .failed(code: "Broken"))
        #expect(await service([job]).runManually("nothing", atMilliseconds: 0) == nil)
        cluster.setLedgerDown(true)
        #expect(await service([job]).runManually("job", atMilliseconds: 0)?.outcome == .failed(code: "Unavailable"))
    }
}
