package import API
package import GameRules

/// Something that happened: an entry of the history of the user who did it, and of the feed that everybody reads if it has a text for it
/// (spec 08 §3). What nobody known did is in the feed alone.
package struct Activity: Sendable {
    /// How it is told to everybody. `{actor}` stands for the user's name, at most once in each text; names are put in when the entry is read.
    package struct Headline: Sendable {
        let title: String
        let description: String?
        let key: String?

        /// - Parameter key: of what happens once for all users, such as a block: whoever turns out to have done it later is put into the entry
        ///   that is there. Nil for what each user may do.
        package init(_ title: String, description: String? = nil, key: String? = nil) {
            self.title = title
            self.description = description
            self.key = key
        }
    }

    let kind: ActivityKind
    let user: UserID?
    let title: String
    let description: String?
    let metadata: JSONObject
    let link: String?
    let xp: Int?
    let headline: Headline?
    let dedupeKey: String

    /// - Parameters:
    ///   - user: who did it; nil for what has no actor, which needs a headline.
    ///   - title: what the user reads; at most 256 characters, longer texts are cut.
    ///   - link: a page of the dashboard (spec 12 §5).
    ///   - headline: nil for what is nobody else's business.
    ///   - dedupeKey: the same key never makes a second entry for the user.
    package init(
        _ kind: ActivityKind,
        of user: UserID?,
        title: String,
        description: String? = nil,
        metadata: JSONObject = [:],
        link: String? = nil,
        xp: Int? = nil,
        headline: Headline? = nil,
        dedupeKey: String
    ) {
        self.kind = kind
        self.user = user
        self.title = PlainText.cut(title, to: 256)
        self.description = description.map { PlainText.cut($0, to: 300) }
        self.metadata = metadata
        self.link = link
        self.xp = xp
        self.headline = headline
        self.dedupeKey = String(dedupeKey.prefix(160))
    }

    /// The key of its entry in the feed, one for all users.
    package var feedKey: String {
        let key = headline?.key ?? user.map { "\($0):\(dedupeKey)" } ?? dedupeKey
        return String("\(kind.rawValue):\(key)".prefix(160))
    }
}
