import API
import Testing

@testable import Accounts

@Suite("Rules of settings")
struct SettingsRuleTests {
    @Test("a coinbase text is framed, whether the frame was given or not")
    func framed() {
        #expect(CoinbaseText.framed("") == "")
        #expect(CoinbaseText.framed("hello") == "/TheBitcoinGame:hello/")
        #expect(CoinbaseText.framed("/TheBitcoinGame:hello/") == "/TheBitcoinGame:hello/")
        #expect(CoinbaseText.framed("Aa0_.:!#-") == "/TheBitcoinGame:Aa0_.:!#-/")
        let longest = String(repeating: "x", count: 40)
        #expect(CoinbaseText.framed(longest) == "/TheBitcoinGame:\(longest)/")
    }

    @Test(
        "other characters, longer texts and broken frames are refused",
        arguments: [
            "a b", "ü", "a/b", "/TheBitcoinGame:/", "/TheBitcoinGame:a", "/TheBitcoinGame:a/b/", "/OtherGame:a/", "a\"",
            String(repeating: "x", count: 41),
        ]
    )
    func refusedText(text: String) { #expect(CoinbaseText.framed(text) == nil) }

    @Test("e-mail addresses are dot-atoms at domain names, in lower case")
    func emails() {
        #expect(EmailAddress(" Miner@Example.COM ")?.text == "miner@example.com")
        #expect(EmailAddress("a.b+c@sub.example.co.uk")?.text == "a.b+c@sub.example.co.uk")
        for text in [
            "", "a", "@example.com", "a@", "a@b", "a@b.1", "a@-b.com", "a@b-.com", "a@[127.0.0.1]", "\"a\"@b.com", "a..b@c.com", ".a@b.com",
            "a@b..com", "a b@c.com", "ä@b.com", "a@b.com\n", "a@b@c.com", String(repeating: "a", count: 65) + "@b.com",
        ] { #expect(EmailAddress(text) == nil, "\(text)") }
    }

    @Test("what is stored but unknown, of another kind or initial counts as not chosen")
    func stored() {
        let odd = UserSettings(stored: [.sound: ["volume": "loud", "mode": "subtle", "unknown": 1], .privacy: ["publicProfile": 1]])
        #expect(odd == UserSettings(stored: [.sound: [:], .privacy: [:]]))
        #expect(!PrivacyChoices(stored: ["publicProfile": "yes"]).publicProfile)
        #expect(PrivacyChoices(stored: [:]).showOnLeaderboard)
    }
}
