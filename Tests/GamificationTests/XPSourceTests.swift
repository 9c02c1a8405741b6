import Testing

@testable import Gamification

@Suite("Sources of experience")
struct XPSourceTests {
    @Test("every source has the name the ledger stores")
    func names() {
        #expect(XPSource.allCases.count == 10)
        #expect(XPSource(rawValue: "personal_best") == .personalBest)
    }
}
