import Content
import Foundation
import NIOCore
import Testing

@testable import Public

@Suite("Start page")
struct StartPageTests {
    private func text(_ path: String) throws -> String {
        String(buffer: try #require(StartPage.files.first { $0.path == path }).content)
    }

    @Test("every file the page and its scripts name is served, and every served file is named")
    func files() throws {
        var named: Set<String> = ["/", "/badges"]
        for file in StartPage.files {
            let text = String(buffer: file.content)
            for match in text.matches(of: /(?:src=|href=|from )"(\/[a-z.]+\.(?:js|css))"/) { named.insert(String(match.output.1)) }
        }
        #expect(named == Set(StartPage.files.map(\.path)))
        #expect(Set(StartPage.files.map(\.id)).count == StartPage.files.count)
        #expect(Set(StartPage.files.map(\.entityTag)).count == StartPage.files.count)
    }

    @Test("nothing comes from or goes to another origin, and nothing is inline", arguments: StartPage.files.map(\.path))
    func selfContained(_ path: String) throws {
        // A name, not an address.
        let text = try text(path).replacing("http://www.w3.org/2000/svg", with: "")
        for forbidden in ["http://", "https://", "//cdn", "@import", "innerHTML", "outerHTML", "eval(", "<style", " style=", "onclick="] {
            #expect(!text.contains(forbidden), "\(forbidden)")
        }
        #expect(text.ranges(of: "<script").count == text.ranges(of: "<script type=\"module\" src=").count)
    }

    @Test("the policy allows this origin alone")
    func policy() {
        #expect(!StartPage.policy.contains("unsafe") && !StartPage.policy.contains("*"))
        for directive in StartPage.policy.components(separatedBy: "; ") {
            let sources = directive.split(separator: " ").dropFirst()
            #expect(sources.allSatisfy { ["'none'", "'self'", "data:"].contains($0) }, "\(directive)")
        }
    }

    @Test("the scripts find every element they name in the page")
    func elements() throws {
        let page = try text("/")
        for file in StartPage.files where file.path.hasSuffix(".js") {
            let page = file.path == "/badges.js" ? try text("/badges") : page
            for match in String(buffer: file.content).matches(of: /(?:byId\(|panel: )"([a-z-]+)"/) {
                #expect(page.contains("id=\"\(match.output.1)\""), "\(match.output.1)")
            }
        }
    }

    @Test("The page of badges shows every badge with its words and picture")
    func badges() throws {
        let page = try text("/badges")
        #expect(page.ranges(of: "<li id=").count == 20)
        for badge in BadgeContent.all {
            #expect(page.contains("src=\"/badges/\(badge.slug).svg\""))
            #expect(page.contains("<b>\(badge.trigger)</b>"))
        }
    }
}
