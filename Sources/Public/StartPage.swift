import Crypto
import Foundation
package import NIOCore

/// The page a developer meets first, and the files it consists of: plain HTML, one style sheet and three ES modules, all from this process. It
/// signs in by a pasted signature and shows the miner's figures and shares.
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
            entityTag = "\"" + SHA256.hash(data: Data(bytes)).prefix(8).map { String($0, radix: 16) }.joined() + "\""
        }
    }

    /// All files; the page itself first.
    package static let files = [
        File("/", "startPage", "Start page: sign in and watch your shares", "text/html", PackageResources.start_html),
        File("/start.css", "startPageStyle", "Style of the start page", "text/css", PackageResources.start_css),
        File("/start.js", "startPageScript", "Script of the start page", "text/javascript", PackageResources.start_js),
        File("/session.js", "startPageSession", "Session of the start page", "text/javascript", PackageResources.session_js),
        File("/live.js", "startPageSocket", "Live socket of the start page", "text/javascript", PackageResources.live_js),
    ]

    /// Nothing but files and answers of this origin: nothing inline, no frame, no form that leaves the page.
    package static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"
}
