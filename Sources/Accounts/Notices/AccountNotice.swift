package import GameRules
import Platform
package import Postgres

/// A notification about the account itself, type `system` (spec 08 §1): the welcome, and what the owner should know for their security.
package struct AccountNotice: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case welcome, security
    }

    package let user: UserID
    package let kind: Kind
    package let title: String
    package let text: String
    /// A page of the dashboard (spec 12 §5).
    package let actionURL: String?
    package let actionLabel: String?
    /// The same key never makes a second notification for the user.
    package let dedupeKey: String

    package init(
        to user: UserID,
        _ kind: Kind,
        title: String,
        text: String,
        actionURL: String? = nil,
        actionLabel: String? = nil,
        dedupeKey: String
    ) {
        self.user = user
        self.kind = kind
        self.title = title
        self.text = text
        self.actionURL = actionURL
        self.actionLabel = actionLabel
        self.dedupeKey = dedupeKey
    }

    /// Something happened to the account that its owner may not have done. The page shows the sessions.
    package static func security(to user: UserID, title: String, text: String, dedupeKey: String) -> AccountNotice {
        AccountNotice(
            to: user,
            .security,
            title: title,
            text: text,
            actionURL: "/settings",
            actionLabel: "Review sessions",
            dedupeKey: "security:" + dedupeKey
        )
    }

    /// The first sign-in.
    static func welcome(to user: UserID) -> AccountNotice {
        AccountNotice(
            to: user,
            .welcome,
            title: "Welcome to The Bitcoin Game",
            text: "Point a miner at your address, and every share you find counts.",
            actionURL: "/mining/setup",
            actionLabel: "Set up a miner",
            dedupeKey: "welcome"
        )
    }

    /// The statement that writes it, for the transaction of what it tells of.
    package func insert(at now: Instant) -> SQL {
        SQL.named(
            "account_notice",
            """
            insert into notifications (user_id, type, subtype, title, description, action_url, action_label, created_at, dedupe_key,
                                       next_attempt_at)
            values (\(user), 'system', \(kind.rawValue), \(title), \(text), \(actionURL), \(actionLabel), \(now), \(dedupeKey), \(now))
            on conflict (user_id, dedupe_key) where dedupe_key is not null do nothing
            """
        )
    }
}
