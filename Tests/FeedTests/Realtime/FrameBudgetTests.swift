import Testing

@testable import Feed

/// Spec 04 §7.3: sixty frames in any minute.
@Suite("Budget of frames")
struct FrameBudgetTests {
    @Test("a minute begins with every frame: sixty before a full minute and sixty behind it are too many")
    func sliding() {
        var budget = FrameBudget()
        for number in 0..<60 { #expect(budget.charge(30_000 + Int64(number)) == .granted) }
        #expect(budget.charge(60_001) == .refused)
        #expect(budget.charge(89_999) == .ignored)
        // The first of the sixty is a minute old, the second is not.
        #expect(budget.charge(90_000) == .granted)
        #expect(budget.charge(90_000) == .ignored)
        #expect(budget.charge(90_001) == .granted)
    }

    @Test("a frame a second is always granted, and whoever was refused recovers within a minute")
    func steady() {
        var budget = FrameBudget()
        for second in 0..<3600 { #expect(budget.charge(Int64(second) * 1000) == .granted) }
        let end: Int64 = 3_600_000
        #expect(budget.charge(end - 1) == .refused)
        for second in 0..<120 { #expect(budget.charge(end + Int64(second) * 1000) == .granted) }
    }

    @Test("whoever never stops is refused once a minute, and told to go at the third time")
    func flood() {
        var budget = FrameBudget()
        var verdicts: [(at: Int64, FrameBudget.Verdict)] = []
        for tick in 0..<1300 {
            let verdict = budget.charge(Int64(tick) * 100)
            if verdict == .refused || verdict == .exhausted { verdicts.append((Int64(tick) * 100, verdict)) }
        }
        #expect(verdicts.map(\.at) == [6_000, 66_000, 126_000])
        #expect(verdicts.map(\.1) == [.refused, .refused, .exhausted])
    }
}
