import Testing

@testable import Platform

/// The numbers of spec 01 §14.9–§14.12.
@Suite("Rate window")
struct RateWindowTests {
    @Test("Five of five pass from an empty history, the sixth waits 62 seconds")
    func fiveOfFive() {
        let limiter = LocalRateLimiter()
        let bucket = RateBucket(rateClass: "t", key: "a", limit: 5)
        let start: Int64 = 10_000
        for left in [4, 3, 2, 1, 0] {
            let decision = limiter.admit([bucket], now: start)
            #expect(decision.isAdmitted)
            #expect(decision.remaining == left)
        }
        let refused = limiter.admit([bucket], now: start)
        #expect(!refused.isAdmitted)
        #expect(refused.retryAfterSeconds == 62)
        #expect(refused.reset == 72)
        #expect(!limiter.admit([bucket], now: start + 61_000).isAdmitted)
        #expect(limiter.admit([bucket], now: start + 62_000).isAdmitted)
    }

    @Test("A full previous window holds back by its weight")
    func previousWindow() {
        let early = RateWindow(current: 0, previous: 120, now: 100)
        #expect(!early.admits(limit: 120))
        #expect(early.retryAfterSeconds(limit: 120) == 1)
        let half = RateWindow(current: 0, previous: 120, now: 30_000)
        #expect(half.admits(limit: 120))
        #expect(half.remaining(limit: 120, added: 1) == 59)
    }

    @Test("With both windows used, the wait is what the previous one needs to fade")
    func bothWindows() {
        let window = RateWindow(current: 2, previous: 5, now: 30_000)
        #expect(!window.admits(limit: 5))
        #expect(window.retryAfterSeconds(limit: 5) == 6)
        let later = RateWindow(current: 2, previous: 5, now: 36_000)
        #expect(later.admits(limit: 5))
        #expect(later.remaining(limit: 5, added: 1) == 0)
    }

    @Test("When one of two buckets is full, neither is charged")
    func allOrNone() {
        let limiter = LocalRateLimiter()
        let full = RateBucket(rateClass: "t", key: "full", limit: 1)
        let wide = RateBucket(rateClass: "t", key: "wide", limit: 10)
        #expect(limiter.admit([full], now: 0).isAdmitted)
        #expect(!limiter.admit([full, wide], now: 0).isAdmitted)
        #expect(limiter.admit([wide], now: 0).remaining == 9)
    }

    @Test("A clock that steps back five seconds neither sticks nor counts below zero")
    func clockStepsBack() {
        let limiter = LocalRateLimiter()
        let bucket = RateBucket(rateClass: "t", key: "a", limit: 3)
        #expect(limiter.admit([bucket], now: 61_000).isAdmitted)
        #expect(limiter.admit([bucket], now: 56_000).isAdmitted)
        #expect(limiter.admit([bucket], now: 61_000).isAdmitted)
        #expect(!limiter.admit([bucket], now: 61_000).isAdmitted)
        #expect(limiter.admit([bucket], now: 240_000).isAdmitted)
    }

    @Test("120 requests at 59.9 s and 120 at 60.1 s do not both pass")
    func windowEdge() {
        let limiter = LocalRateLimiter()
        let bucket = RateBucket(rateClass: "t", key: "a", limit: 120)
        let before = (0..<120).filter { _ in limiter.admit([bucket], now: 59_900).isAdmitted }.count
        let after = (0..<120).filter { _ in limiter.admit([bucket], now: 60_100).isAdmitted }.count
        #expect(before == 120)
        #expect(after == 0)
    }

    @Test("The oldest key makes room when the table is full")
    func boundedMemory() {
        let limiter = LocalRateLimiter(maximumKeys: 2)
        func spend(_ key: String) -> Bool { limiter.admit([RateBucket(rateClass: "t", key: key, limit: 1)], now: 0).isAdmitted }
        #expect(spend("a") && spend("b") && spend("c"))
        #expect(!spend("c") && !spend("b"))
        #expect(spend("a"))
    }
}
