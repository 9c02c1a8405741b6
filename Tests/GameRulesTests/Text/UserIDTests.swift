import GameRules
import Testing

@Suite("UserID")
struct UserIDTests {
    @Test("is decimal text")
    func text() {
        #expect(UserID(42).description == "42")
        #expect(UserID("42") == UserID(rawValue: 42))
        #expect(UserID("9223372036854775807")?.rawValue == .max)
        #expect(UserID(2) < UserID(10))
    }

    @Test(
        "refuses text the service would not write",
        arguments: ["", "0", "-1", "+1", "01", "1.0", " 1", "1 ", "9223372036854775808", "１", "abc", "1e3"]
    )
    func refused(text: String) {
        #expect(UserID(text) == nil)
    }
}
