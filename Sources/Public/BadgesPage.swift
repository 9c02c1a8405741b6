import Content

/// The page with all badges, made once from their data: it is complete without scripts.
enum BadgesPage {
    /// The whole page.
    static let html: [UInt8] = {
        let cards = BadgeContent.all.map(card).joined(separator: "\n")
        return Array(String(decoding: PackageResources.badges_html, as: UTF8.self).replacing("<!--badges-->", with: cards).utf8)
    }()

    private static func card(_ badge: BadgeContent.Badge) -> String {
        """
            <li id="\(escaped(badge.slug))">
              <img src="\(escaped(badge.iconURL))" width="112" height="112" alt="">
              <h3>\(escaped(badge.name))</h3>
              <p class="kind \(escaped(badge.rarity))">\(escaped(badge.rarity)) · \(badge.xpReward) XP</p>
              <p>\(escaped(badge.description))</p>
              <div class="how"><b>\(escaped(badge.trigger))</b></div>
            </li>
        """
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
