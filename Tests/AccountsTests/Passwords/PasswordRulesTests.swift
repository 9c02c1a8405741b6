import HTTPTypes
import API
import Testing

@testable import Accounts

@Suite("Password rules")
struct PasswordRulesTests {
    private func codes(_ password: String, email: String? = nil, name: String? = nil) -> [String] {
        PasswordRules.faults(of: password, email: email.flatMap { EmailAddress($0) }, displayName: name).map(\.rawValue)
    }

    @Test("every broken rule is named, in one answer")
    func rules() {
        #expect(codes("weak") == ["too_short", "no_upper", "no_digit"])
        #expect(codes("Gr4vel-Lantern") == [])
        #expect(codes("GR4VEL-LANTERN") == ["no_lower"])
        #expect(codes("Gravel-Lantern") == ["no_digit"])
        #expect(codes("") == ["too_short", "no_upper", "no_lower", "no_digit"])
        #expect(codes(String(repeating: " ", count: 20)) == ["too_short", "no_upper", "no_lower", "no_digit"])
    }

    @Test("lengths are counted in Unicode scalars and bounded in bytes")
    func lengths() {
        #expect(codes("Aa1xkqzw") == [])
        #expect(codes("Aa1xkqz") == ["too_short"])
        #expect(codes("Aa1" + String(repeating: "x", count: 125)) == [])
        #expect(codes("Aa1" + String(repeating: "x", count: 126)) == ["too_long"])
        // 127 scalars of four bytes fit, if the rest is small: 3 + 4 · 127 = 511.
        #expect(codes("Aa1" + String(repeating: "🔑", count: 125)) == [])
    }

    @Test("letters and digits of every script count")
    func scripts() {
        #expect(codes("Ωμέγα٣٤٥κλειδί") == [])
        #expect(codes("пароль-СЛОЖНЫЙ7") == [])
    }

    @Test("a password must not tell who it belongs to, in whatever case or width")
    func identity() {
        #expect(codes("xMINER.joe7y", email: "miner.joe@example.com") == ["contains_identity"])
        #expect(codes("Gr4vel-joe-Lantern", email: "joe@example.com") == [], "three letters stand in many words")
        #expect(codes("Gr4vel-joey-Lantern", email: "joey@example.com") == ["contains_identity"])
        #expect(codes("Gr4vel-SATOSHI-hunter", name: "Satoshi") == ["contains_identity"])
        #expect(codes("Gr4vel-Ｓatoshi-x", name: "Satoshi") == ["contains_identity"], "full width")
        #expect(codes("Gr4vel-Lantern", name: "") == [])
    }

    @Test(
        "the passwords that guessing begins with are refused, also dressed up",
        arguments: [
            "Password1", "P@ssw0rd", "P@ssw0rd1!", "Passw0rd123", "Qwerty123", "Qwertyuiop1", "1Q2w3e4r", "1qaz@WSX", "Welcome2024",
            "Admin@123", "Iloveyou1",
            "Letmein123", "Bitcoin2026!", "Satoshi21", "Football99", "Abcd1234", "Aa123456", "Summer2025", "Dragon123456", "Michael1",
        ]
    )
    func common(password: String) {
        #expect(codes(password).contains("common"), "\(password)")
    }

    @Test(
        "long and uncommon passwords are let through",
        arguments: ["Correct7HorseBatteryStaple", "xKq93Lm2vB", "Monkeys-eat-9-bananas", "Zf4mkd8QtR"]
    )
    func uncommon(password: String) {
        #expect(!codes(password).contains("common"), "\(password)")
    }

    @Test("the list is of the announced size and spelt as it is compared")
    func list() {
        #expect((500...5000).contains(CommonPasswords.count))
    }

    @Test("the answer is 422 with one entry a rule and without the password")
    func answer() throws {
        let error = #expect(throws: APIError.self) {
            try PasswordRules.check("hunter", email: nil, displayName: nil, field: "new_password")
        }
        #expect(error?.code == "password_too_weak" && error?.status == .unprocessableContent)
        #expect(error?.faults.map(\.code.rawValue) == ["too_short", "no_upper", "no_digit", "common"])
        #expect(error?.faults.allSatisfy { $0.field == "new_password" && !$0.message.contains("hunter") } == true)
    }
}
