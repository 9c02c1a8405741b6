package import API
package import GameRules

/// Something a user did: an entry of the own history, and of the feed that everybody reads if it has a text for it (spec 08 §3).
package struct Activity: Sendable {
    /// How it is told to everybody. `{actor}` stands for the user's name, at most once in each text; names are put in when the entry is read.
    package struct Headline: Sendable {
        let title: String
        let description: String?

        package init(_ title: String, description: String? = nil) {
            self.title = title
            self.description = description
        }
    }

    let kind: ActivityKind
    let user: UserID
    let title: String
    let description: String?
    let metadata: JSONObject
    let link: String?
    let xp: Int?
    let headline: Headline?
    let dedupeKey: String

    /// - Parameters:
    ///   - title: what the user reads; at most 256 characters, longer texts are cut.
    ///   - link: a page of the dashboard (spec 12 §5).
    ///   - headline: nil for what is nobody else's business.
    ///   - dedupeKey: the same key never makes a second entry for the user.
    package init(
        _ kind: ActivityKind,
        of user: UserID,
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
    package var feedKey: String { String("\(kind.rawValue):\(user):\(dedupeKey)".prefix(160)) }
}
