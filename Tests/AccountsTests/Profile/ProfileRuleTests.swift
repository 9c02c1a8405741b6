import Testing

@testable import Accounts

@Suite("Rules of profile fields")
struct ProfileRuleTests {
    @Test("assigned country codes are accepted in either case")
    func countries() {
        #expect(CountryCode.all.count == 249)
        #expect(CountryCode.assigned("pt") == "PT")
        #expect(CountryCode.assigned("GB") == "GB")
        for code in ["XX", "UK", "EU", "XK", "ZZ", "P", "", "PRT", "ß"] { #expect(CountryCode.assigned(code) == nil, "\(code)") }
    }

    @Test(
        "pictures lie at https addresses with a host",
        arguments: [
            "https://example.com/a.png", "HTTPS://example.com", "https://example.com:8443/a?b=c#d", "https://[2001:db8::1]/x",
        ]
    )
    func acceptedURL(text: String) { #expect(AvatarURL.isAcceptable(text)) }

    @Test(
        "other addresses of pictures are refused",
        arguments: [
            "http://example.com/a.png", "ftp://example.com", "//example.com/a", "/a.png", "https://", "https:///a.png", "https:a.png",
            "https://user@example.com/", "https://user:pw@example.com/", "https://@example.com/", "https://example.com/a b",
            "javascript:alert(1)",
            "data:image/png;base64,AAAA", "https://exämple.com/", "https://example.com/\u{7}", "",
        ]
    )
    func refusedURL(text: String) { #expect(!AvatarURL.isAcceptable(text)) }

    @Test("an address of a picture has at most 512 characters")
    func longURL() {
        let start = "https://example.com/"
        #expect(AvatarURL.isAcceptable(start + String(repeating: "a", count: 512 - start.count)))
        #expect(!AvatarURL.isAcceptable(start + String(repeating: "a", count: 513 - start.count)))
    }
}
