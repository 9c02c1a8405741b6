/// The pages of the dashboard that the server may link to (spec 12 §5): any other path lands on an empty page.
package enum DashboardPage {
    /// `*` stands for one id or address.
    private static let pages: [[Substring]] = [
        "/dashboard", "/mining/workers", "/mining/shares", "/mining/difficulty", "/mining/blocks", "/mining/setup", "/games",
        "/games/hammer", "/games/horse-race", "/games/slots", "/games/scratch", "/world-cup", "/world-cup/my-team", "/world-cup/register",
        "/world-cup/*/match/*", "/leagues", "/leagues/*", "/coop", "/coop/create", "/coop/join/*", "/leaderboard", "/leaderboard/weekly",
        "/leaderboard/monthly", "/leaderboard/alltime", "/leaderboard/country", "/learn", "/learn/*/*", "/education", "/profile",
        "/profile/badges", "/profile/stats", "/profile/streaks", "/profile/level", "/profile/history", "/settings", "/connect", "/gift",
        "/stats", "/blocks", "/miner/*", "/shop",
    ].map { $0.split(separator: "/", omittingEmptySubsequences: false) }

    /// Whether there is such a page. A path is meant, without origin, query and fragment.
    package static func exists(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return path.utf8.count <= 256
            && pages.contains { page in
                page.count == parts.count && zip(page, parts).allSatisfy { $0 == $1 || ($0 == "*" && isID($1)) }
            }
    }

    private static func isID(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
                default: false
                }
            }
    }
}
