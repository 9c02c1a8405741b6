package import API
package import GameRules

/// A message kept for a user until it is read.
package struct Notification: Sendable {
    let user: UserID
    let kind: NotificationKind
    let title: String
    let description: String?
    let metadata: JSONObject
    let dedupeKey: String
    let expiresAt: Instant?

    /// - Parameter dedupeKey: the same key never makes a second notification for the user.
    package init(
        _ kind: NotificationKind,
        to user: UserID,
        title: String,
        description: String? = nil,
        metadata: JSONObject = [:],
        dedupeKey: String,
        expiresAt: Instant? = nil
    ) {
        self.user = user
        self.kind = kind
        self.title = PlainText.cut(title, to: 256)
        self.description = description.map { PlainText.cut($0, to: 1000) }
        self.metadata = metadata
        self.dedupeKey = dedupeKey
        self.expiresAt = expiresAt
    }
}
