import Foundation
import LocalServers
import Testing

@testable import Development

@Suite("Back-off between restarts")
struct RestartBackoffTests {
    @Test("Waits double up to two seconds, and a good run starts over")
    func delays() {
        var backoff = RestartBackoff()
        let waits = (0..<7).map { _ in backoff.delay(afterRunOf: .milliseconds(5)) }
        #expect(waits == [100, 200, 400, 800, 1_600, 2_000, 2_000].map { .milliseconds($0) })
        #expect(backoff.delay(afterRunOf: .seconds(10)) == .milliseconds(100))
        #expect(backoff.delay(afterRunOf: .seconds(9)) == .milliseconds(200))
    }
}

@Suite("Decisions of the supervisor")
struct SupervisorMachineTests {
    private static func running() -> SupervisorMachine {
        var machine = SupervisorMachine()
        for (index, role) in Role.allCases.enumerated() { _ = machine.adopt(role, pid: Int32(100 + index), now: .zero) }
        return machine
    }

    private static func terminated(_ actions: [SupervisorMachine.Action]) -> Set<Role> {
        Set(actions.compactMap { if case .terminate(let role, _) = $0 { role } else { nil } })
    }

    @Test("What dies is reported, unpublished, and started again after the wait")
    func restart() {
        var machine = Self.running()
        let actions = machine.handle(.ended(.redis, .signal(9)), now: .seconds(60))
        #expect(
            actions == [.report("redis was ended by signal 9; starting it again"), .publish, .wait(.redis, .milliseconds(100))]
        )
        #expect(machine.pids[.redis] == nil)
        #expect(machine.handle(.waited(.redis), now: .seconds(61)) == [.launch(.redis)])
        #expect(machine.handle(.launched(.redis, pid: 777), now: .seconds(61)) == [.publish])
        #expect(machine.pids[.redis] == 777)
    }

    @Test("A launch that fails is tried again, later each time")
    func failedLaunch() {
        var machine = Self.running()
        _ = machine.handle(.ended(.worker, .code(78)), now: .milliseconds(5))
        var waits: [Duration] = []
        for _ in 0..<3 {
            _ = machine.handle(.waited(.worker), now: .seconds(1))
            for case .wait(.worker, let wait) in machine.handle(.launchFailed(.worker, "no"), now: .seconds(1)) { waits.append(wait) }
        }
        #expect(waits == [.milliseconds(200), .milliseconds(400), .milliseconds(800)])
    }

    @Test("Everything ends in order: who writes first, servers last")
    func order() {
        var machine = Self.running()
        #expect(Self.terminated(machine.handle(.stop, now: .zero)) == [.simulate, .api])
        #expect(Self.terminated(machine.handle(.ended(.simulate, .code(0)), now: .zero)) == [.collect])
        #expect(machine.handle(.stop, now: .zero) == [])
        #expect(Self.terminated(machine.handle(.ended(.collect, .code(0)), now: .zero)) == [.worker])
        #expect(Self.terminated(machine.handle(.ended(.worker, .code(0)), now: .zero)) == [])
        #expect(Self.terminated(machine.handle(.ended(.api, .code(0)), now: .zero)) == [.postgres, .redis])
        #expect(machine.handle(.ended(.redis, .code(0)), now: .zero) == [])
        #expect(machine.handle(.ended(.postgres, .code(0)), now: .zero) == [.finished])
        #expect(machine.handle(.ended(.postgres, .code(0)), now: .zero) == [])
    }

    @Test("The whole stop fits into ten seconds along every chain")
    func budget() {
        func length(_ role: Role) -> Duration { role.grace + (role.endsAfter.map(length).max() ?? .zero) }
        #expect(Role.allCases.map(length).max() ?? .zero <= .seconds(10))
    }

    @Test("Stopping with nothing running is finished at once")
    func nothing() {
        var machine = SupervisorMachine()
        #expect(machine.handle(.stop, now: .zero) == [.finished])
    }

    @Test("What waits for its restart stays down when everything stops")
    func stopWhileWaiting() {
        var machine = SupervisorMachine()
        _ = machine.adopt(.worker, pid: 1, now: .zero)
        _ = machine.handle(.ended(.worker, .code(1)), now: .zero)
        #expect(machine.handle(.stop, now: .zero) == [.finished])
        #expect(machine.handle(.waited(.worker), now: .zero) == [])
    }

    @Test("A launch that succeeds or fails after the request to stop is ended too")
    func stopWhileLaunching() {
        for event in [SupervisorMachine.Event.launched(.postgres, pid: 5), .launchFailed(.postgres, "no")] {
            var machine = SupervisorMachine()
            _ = machine.adopt(.postgres, pid: 1, now: .zero)
            _ = machine.handle(.ended(.postgres, .signal(9)), now: .zero)
            _ = machine.handle(.waited(.postgres), now: .zero)
            #expect(machine.handle(.stop, now: .zero) == [])
            let actions = machine.handle(event, now: .zero)
            if case .launched = event {
                #expect(actions == [.terminate(.postgres, grace: Role.postgres.grace)])
                #expect(machine.handle(.ended(.postgres, .code(0)), now: .zero) == [.finished])
            } else {
                #expect(actions == [.finished])
            }
        }
    }

    @Test("Whatever happens in whatever order, a stop ends everything exactly once", arguments: 0..<200 as Range<UInt64>)
    func anyOrder(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var machine = SupervisorMachine()
        var alive: Set<Role> = []
        var launching: Set<Role> = []
        var finished = 0
        func perform(_ actions: [SupervisorMachine.Action]) {
            for action in actions {
                if case .launch(let role) = action { launching.insert(role) }
                if action == .finished { finished += 1 }
            }
        }
        for role in Role.allCases {
            perform(machine.adopt(role, pid: 1, now: .zero))
            alive.insert(role)
        }
        let stopAt = Int(random.next() % 40)
        for step in 0..<400 {
            if step == stopAt { perform(machine.handle(.stop, now: .zero)) }
            guard let role = Role.allCases.randomElement(using: &random) else { continue }
            if launching.contains(role) {
                launching.remove(role)
                if random.next() % 2 == 0 {
                    alive.insert(role)
                    perform(machine.handle(.launched(role, pid: 2), now: .zero))
                } else {
                    perform(machine.handle(.launchFailed(role, "no"), now: .zero))
                }
            } else if alive.contains(role) {
                alive.remove(role)
                perform(machine.handle(.ended(role, .signal(9)), now: .zero))
            } else {
                perform(machine.handle(.waited(role), now: .zero))
            }
        }
        #expect(finished == 1)
        #expect(alive.isEmpty && launching.isEmpty && machine.pids.isEmpty)
    }
}
