import Crypto
import Foundation
package import NIOCore

/// The pages for a browser, and the files they consist of: plain HTML, style sheets and ES modules, all from this process. The start page signs
/// in by a pasted signature and then shows the miner's live figures; the other page shows the badges.
package enum StartPage {
    /// One file of the page.
    package struct File: Sendable {
        /// Where it is served.
        package let path: String
        /// Operation id of its endpoint.
        package let id: String
        /// One line for the documentation.
        package let summary: String
        /// Media type without parameters.
        package let mediaType: String
        /// What is served.
        package let content: ByteBuffer
        /// Changes with the content.
        package let entityTag: String

        init(_ path: String, _ id: String, _ summary: String, _ mediaType: String, _ bytes: [UInt8]) {
            self.path = path
            self.id = id
            self.summary = summary
            self.mediaType = mediaType
            content = ByteBuffer(bytes: bytes)
            entityTag = StartPage.entityTag(bytes)
        }
    }

    /// All files; the start page first.
    package static let files = [
        File("/", "startPage", "Start page: sign in and watch your miners", "text/html", PackageResources.start_html),
        File("/badges", "badgesPage", "The badges and how to earn them", "text/html", BadgesPage.html),
        style("start", PackageResources.start_css),
        style("board", PackageResources.board_css),
        style("badges", PackageResources.badges_css),
        script("start", PackageResources.start_js),
        script("session", PackageResources.session_js),
        script("live", PackageResources.live_js),
        script("words", PackageResources.words_js),
        script("elements", PackageResources.elements_js),
        script("figures", PackageResources.figures_js),
        script("chart", PackageResources.chart_js),
        script("workers", PackageResources.workers_js),
        script("shares", PackageResources.shares_js),
        script("feed", PackageResources.feed_js),
        script("events", PackageResources.events_js),
        script("level", PackageResources.level_js),
        script("streak", PackageResources.streak_js),
        script("earned", PackageResources.earned_js),
        script("toast", PackageResources.toast_js),
        script("miner", PackageResources.miner_js),
        script("badges", PackageResources.badges_js),
    ]

    private static func style(_ name: String, _ bytes: [UInt8]) -> File {
        File("/\(name).css", "\(name)Style", "Style sheet of the pages: \(name)", "text/css", bytes)
    }

    private static func script(_ name: String, _ bytes: [UInt8]) -> File {
        File("/\(name).js", "\(name)Script", "Module of the pages: \(name)", "text/javascript", bytes)
    }

    /// A strong tag of some bytes.
    static func entityTag(_ bytes: [UInt8]) -> String {
        "\"" + SHA256.hash(data: Data(bytes)).prefix(8).map { String($0, radix: 16) }.joined() + "\""
    }

    /// Nothing but files and answers of this origin: nothing inline, no frame, no form that leaves the page.
    package static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"
}
