import Testing

@testable import Dashboard

@Suite("Change in percent")
struct PercentChangeTests {
    @Test("one decimal, within the range that is shown, 0 without a base")
    func values() {
        #expect(PercentChange.of(264, since: 220) == 20)
        #expect(PercentChange.of(2_254_857_830_400, since: 2_147_483_648_000) == 5)
        #expect(PercentChange.of(0, since: 5) == -100)
        #expect(PercentChange.of(1e12, since: 1) == 9999.9)
        #expect(PercentChange.of(5, since: 0) == 0)
        #expect(PercentChange.of(.infinity, since: 1) == 0)
    }
}
