import API
import Accounts
import Feed
package import GameRules
package import Platform
package import Postgres

/// Writes what users and everybody else are told of experience, badges and streaks: notifications by the user's wishes, the own history, and
/// in the feed for everybody only what is rare, of users who want to be seen (spec 05 §11).
package struct FeedNews: GameNews, StreakObserver {
    /// Milestones from so many weeks on are told to everybody.
    private static let toldWeeks = 12

    private let feed: ActivityFeed

    package init(runtime: Runtime) {
        feed = ActivityFeed(runtime: runtime)
    }

    package func tell(_ outcome: GameOutcome, now: Instant, in transaction: PostgresTransaction) async throws {
        let shown = try await Self.shown(outcome.earned.filter(\.isRare).map(\.user), in: transaction)
        try await NotificationStore.insert(
            outcome.earned.map(\.notification) + outcome.risen.map(\.notification) + outcome.bests.map(\.notification),
            at: now,
            in: transaction
        )
        try await ActivityStore.insert(
            outcome.earned.map { $0.activity(isTold: $0.isRare && shown.contains($0.user)) } + outcome.risen.map(\.activity)
                + outcome.bests.map(\.activity),
            at: now,
            in: transaction
        )
    }

    package func committed(_ outcome: GameOutcome) async {
        await feed.announce(
            keys: outcome.earned.filter(\.isRare).map { $0.activity(isTold: true).feedKey }
                + outcome.streaks.filter { $0.weeks >= Self.toldWeeks }.compactMap { $0.activity(isTold: true)?.feedKey }
        )
    }

    package func streaksChanged(_ news: [StreakNews], now: Instant, in transaction: PostgresTransaction) async throws {
        let shown = try await Self.shown(news.filter { $0.isMilestone && $0.weeks >= Self.toldWeeks }.map(\.user), in: transaction)
        try await NotificationStore.insert(news.compactMap(\.notification), at: now, in: transaction)
        try await ActivityStore.insert(
            news.compactMap { $0.activity(isTold: $0.weeks >= Self.toldWeeks && shown.contains($0.user)) },
            at: now,
            in: transaction
        )
    }

    /// Those of some users who want to be seen.
    private static func shown(_ users: [UserID], in transaction: PostgresTransaction) async throws -> Set<UserID> {
        Set(try await PublicCredits.credits(of: Set(users), in: transaction).filter { $0.value.isNamed }.keys)
    }
}

extension GameOutcome.Earned {
    fileprivate var isRare: Bool { badge.rarity != .common }

    fileprivate var notification: Notification {
        Notification(
            .badgeEarned,
            to: user,
            title: "Badge earned: \(badge.name)",
            description: "+\(badge.rule.xpReward) XP. \(badge.text)",
            metadata: ["slug": .string(badge.rule.slug), "xp": .integer(badge.rule.xpReward)],
            dedupeKey: "badge:\(badge.rule.slug):\(user)"
        )
    }

    fileprivate func activity(isTold: Bool) -> Activity {
        Activity(
            .badgeEarned,
            of: user,
            title: "You earned the badge \(badge.name)",
            description: badge.text,
            metadata: ["slug": .string(badge.rule.slug), "rarity": .string(badge.rarity.rawValue)],
            link: "/profile/badges",
            xp: Int(badge.rule.xpReward),
            headline: isTold ? Activity.Headline("{actor} earned the badge \(badge.name)") : nil,
            dedupeKey: "badge:\(badge.rule.slug)"
        )
    }
}

extension GameOutcome.Risen {
    fileprivate var notification: Notification {
        Notification(
            .levelUp,
            to: user,
            title: "Level \(rise.new.number): \(rise.new.title)",
            description: "You have reached level \(rise.new.number).",
            metadata: ["level": .integer(Int64(rise.new.number))],
            dedupeKey: "level:\(rise.new.number):\(user)"
        )
    }

    fileprivate var activity: Activity {
        Activity(
            .levelUp,
            of: user,
            title: "You reached level \(rise.new.number), \(rise.new.title)",
            metadata: ["level": .integer(Int64(rise.new.number))],
            link: "/profile/level",
            dedupeKey: "level:\(rise.new.number)"
        )
    }
}

extension PersonalBestNews {
    fileprivate var notification: Notification {
        Notification(
            .personalBest,
            to: user,
            title: "New personal best",
            description: "Difficulty \(GroupedNumber.text(difficulty)), the best share you ever found.",
            metadata: ["week": .string(week.description)],
            dedupeKey: "pb:\(user):\(week)"
        )
    }

    fileprivate var activity: Activity {
        Activity(
            .personalBest,
            of: user,
            title: "New personal best: \(GroupedNumber.text(difficulty))",
            metadata: ["worker": .string(worker)],
            link: "/mining/difficulty",
            dedupeKey: "pb:\(week)"
        )
    }
}

extension StreakNews {
    fileprivate var isMilestone: Bool { if case .milestone = kind { true } else { false } }

    private var length: String { weeks == 1 ? "one week" : "\(weeks) weeks" }

    fileprivate var notification: Notification? {
        guard let key = notificationKey else { return nil }
        let (kind, title, text): (NotificationKind, String, String)
        switch self.kind {
        case .extended:
            (kind, title, text) = (.streakExtended, "Your streak: \(length)", "One share a week keeps it going.")
        case .broken:
            (kind, title, text) = (.streakBroken, "Your streak has ended", "It lasted \(length). The next share begins a new one.")
        case .warning:
            (kind, title, text) = (
                .streakWarning, "Six hours left for your streak", "Your streak of \(length) needs one share before Monday, 00:00 UTC."
            )
        case .milestone: return nil
        }
        return Notification(
            kind,
            to: user,
            title: title,
            description: text,
            metadata: ["weeks": .integer(Int64(weeks)), "week": .string(week.description)],
            dedupeKey: key
        )
    }

    fileprivate func activity(isTold: Bool) -> Activity? {
        guard case .milestone(let milestone) = kind, let key = activityKey else { return nil }
        return Activity(
            .streakMilestone,
            of: user,
            title: "\(milestone.label): a streak of \(length)",
            metadata: ["weeks": .integer(Int64(milestone.weeks))],
            link: "/profile/streaks",
            headline: isTold ? Activity.Headline("{actor} has mined \(length) in a row") : nil,
            dedupeKey: key
        )
    }
}
