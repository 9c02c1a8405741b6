import Content
import Testing

@testable import tbg

/// The page of badges and its pictures, as a browser fetches them.
@Suite("Badge page")
struct BadgePageTests {
    @Test("Every picture is served as SVG that may be kept, and not sent again to whoever has it")
    func pictures() async throws {
        try await Rig.run { rig in
            for badge in BadgeContent.all {
                let answer = try await rig.wire.send("GET", badge.iconURL)
                #expect(answer.status == 200, "\(badge.slug)")
                #expect(answer["content-type"] == "image/svg+xml")
                #expect(answer["cache-control"] == "public, max-age=86400")
                #expect(answer["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
                let tag = try #require(answer["etag"])
                let again = try await rig.wire.send("GET", badge.iconURL, [("If-None-Match", tag)])
                #expect(again.status == 304 && again.body.isEmpty, "\(badge.slug)")
            }
        }
    }

    @Test(
        "What is no picture is not found",
        arguments: ["nobody.svg", "first_share", "first_share.png", "badges.json", "%2e%2e%2fbadges.json"]
    )
    func unknown(_ file: String) async throws {
        try await Rig.run { rig in
            expectEnvelope(try await rig.wire.send("GET", "/badges/\(file)"), 404, "badge_not_found")
        }
    }

    @Test("The page needs no session and no script")
    func page() async throws {
        try await Rig.run { rig in
            let answer = try await rig.wire.send("GET", "/badges")
            #expect(answer.status == 200)
            #expect(answer["content-type"] == "text/html; charset=utf-8")
            #expect(answer["content-security-policy"]?.contains("script-src 'self'") == true)
            for badge in BadgeContent.all {
                #expect(answer.body.contains("<h3>\(badge.name.replacing("&", with: "&amp;"))</h3>"), "\(badge.slug)")
            }
        }
    }
}
