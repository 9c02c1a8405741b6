import Testing

@testable import Platform

@Suite("Rate limit backend")
struct RateBackendTests {
    @Test("One failure makes the node count, three answers in a row a second apart end it")
    func leavesAndReturns() {
        var backend = RateBackend()
        #expect(backend.plan(at: 0) == .redis)
        #expect(backend.failed(at: 10_000) == true)
        #expect(backend.failed(at: 10_000) == false, "only the first failure is a change")
        #expect(backend.plan(at: 10_999) == .local)
        for second in 1...3 {
            #expect(backend.plan(at: 10_000 + Int64(second) * 1000) == .probe)
            #expect(backend.plan(at: 10_001 + Int64(second) * 1000) == .local, "one probe a second")
            #expect(backend.answered() == (second == 3))
        }
        #expect(backend.plan(at: 13_001) == .redis)
        #expect(backend.answered() == false)
    }

    @Test("A failed probe starts the count again")
    func relapse() {
        var backend = RateBackend()
        _ = backend.failed(at: 0)
        for now in [1000, 2000] as [Int64] {
            #expect(backend.plan(at: now) == .probe)
            #expect(backend.answered() == false)
        }
        #expect(backend.plan(at: 3000) == .probe)
        #expect(backend.failed(at: 3000) == false)
        for now in [4000, 5000] as [Int64] {
            #expect(backend.plan(at: now) == .probe)
            #expect(backend.answered() == false)
        }
        #expect(backend.isLocal)
    }

    @Test("A clock that is set back does not silence the probes")
    func clockStepsBack() {
        var backend = RateBackend()
        _ = backend.failed(at: 100_000)
        #expect(backend.plan(at: 95_000) == .probe)
    }
}
