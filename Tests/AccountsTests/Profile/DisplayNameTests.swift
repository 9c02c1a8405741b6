import GameRules
import Testing

@testable import Accounts

@Suite("Display names")
struct DisplayNameTests {
    @Test(
        "what a person would call themselves is accepted",
        arguments: [
            "Satoshi", "Satoshi Hunter", "Zoë", "日本語", "Müller-Lüdenscheidt", "r2_d2.x", "А. С. Пушкин", "123", "Miner Bob", "miners 5",
            "administrators anonymous", "Ω-one",
        ]
    )
    func accepted(name: String) { #expect(DisplayName(name) != nil) }

    @Test(
        "reserved words are refused in every spelling",
        arguments: [
            "admin", "ADMIN", "Ａdmin", "ａｄｍｉｎ", "аdmin", "Àdmin", "Ad-min", "a.d.m.i.n", "Administrator", "moderator", "Support", "SYSTEM",
            "root",
            "rооt", "Official", "TheBitcoinGame", "The Bitcoin Game", "the_bitcoin_game", "TBG", "t b g", "ѕuрроrt", "ſupport",
        ]
    )
    func reserved(name: String) { #expect(DisplayName(name) == nil) }

    @Test("the name shown for users without one cannot be chosen", arguments: ["Miner-12", "miner 12", "MINER12", "Ｍiner-１２", "Mіner-7"])
    func unnamed(name: String) { #expect(DisplayName(name) == nil) }

    @Test(
        "addresses of every network are refused, also foreign and unsupported ones",
        arguments: [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "1Ａ1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        ]
    )
    func addresses(name: String) { #expect(DisplayName(name) == nil) }

    @Test(
        "invisible, drawing and foreign punctuation characters are not permitted",
        arguments: [
            "a\u{34F}bc", "abc\u{FE0F}", "ab\u{3164}", "a\u{AD}bc", "ab🎉", "a/b", "<b>", "a\u{A0}b", "ab\u{200D}c", "ⅷ-x",
        ]
    )
    func characters(name: String) { #expect(!DisplayName.hasPermittedCharacters(name)) }

    @Test("a name needs a letter or a digit, and 3 to 64 characters")
    func shape() {
        #expect(DisplayName("___") == nil)
        #expect(DisplayName("ab") == nil)
        #expect(DisplayName("abc") != nil)
        #expect(DisplayName(String(repeating: "x", count: 64)) != nil)
        #expect(DisplayName(String(repeating: "x", count: 65)) == nil)
    }

    @Test(
        "names that read alike have one normalised form",
        arguments: [
            ("Satoshi Hunter", "SATOSHI HUNTER"), ("Straße", "STRASSE"), ("ﬁne name", "Fine Name"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("Ｂob", "bob"),
            ("Å name", "a\u{30A} NAME"), ("İzmir", "i\u{307}zmir"),
        ]
    )
    func normalised(left: String, right: String) throws {
        #expect(NameFolding.normalized(left) == NameFolding.normalized(right))
    }

    @Test("different names keep different forms")
    func distinct() { #expect(NameFolding.normalized("zoe") != NameFolding.normalized("zoë")) }

    @Test("spaces are trimmed and collapsed")
    func spaces() { #expect(DisplayName.collapsed("  Satoshi   Hunter ") == "Satoshi Hunter") }

    @Test("without a name the id stands for it")
    func fallback() { #expect(DisplayName.fallback(for: UserID(42)) == "Miner-42") }
}
