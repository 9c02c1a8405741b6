import GameRules

/// A user's streak as it was last evaluated (spec 05 §8, `user_gamification`), which may be behind the calendar.
struct StoredStreak: Sendable, Equatable {
    var current = 0
    var longest = 0
    var start: UTCDay?
    var lastActiveWeek: ISOWeek?
    /// The last closed week when it was evaluated; nil when it never was.
    var evaluatedWeek: ISOWeek?

    /// The streak it counts.
    var firstWeek: ISOWeek? { start.map(ISOWeek.init(containing:)) }
}

/// An active week of the calendar.
struct ActiveWeek: Sendable, Equatable {
    let week: ISOWeek
    /// Bit 0 is Monday.
    let dayMask: Int16

    /// Days with an accepted share, 0 to 7.
    var dayCount: Int { dayMask.nonzeroBitCount }
}

/// A streak as its owner sees it (spec 05 §9 no. 7).
struct StreakView: Sendable, Equatable {
    /// Closed weeks.
    let current: Int
    /// At least ``effective``.
    let longest: Int
    /// The first week of the effective streak.
    let firstWeek: ISOWeek?
    let lastActiveWeek: ISOWeek?
    let running: ISOWeek
    let daysActiveThisWeek: Int

    var isActiveThisWeek: Bool { daysActiveThisWeek > 0 }
    /// With the running week, when it is active: it never falls at Monday midnight for someone who mined.
    var effective: Int { isActiveThisWeek ? current + 1 : current }
    /// When it is lost unless something is mined; nil when there is nothing to lose.
    var expiresAt: Instant? { effective == 0 ? nil : isActiveThisWeek ? running.next.end : running.end }

    /// What is stored, brought up to date where that takes no more than the two latest active weeks; nil when the calendar must be
    /// walked, because the evaluation of the last closed week is pending.
    ///
    /// - Parameters:
    ///   - latest: the two latest active weeks that are not after the running one, newest first.
    ///   - running: the week of now.
    init?(_ stored: StoredStreak, latest: [ActiveWeek], running: ISOWeek) {
        let closed = latest.first { $0.week < running }?.week
        let isBehind = (stored.evaluatedWeek ?? ISOWeek(index: .min)) < running.previous
        let hasMined = closed.map { $0 > stored.evaluatedWeek ?? ISOWeek(index: .min) } ?? false
        if isBehind, stored.current > 0 || hasMined { return nil }
        self.init(stored, current: stored.current, firstWeek: stored.firstWeek, latest: latest, running: running)
    }

    /// What the calendar says.
    init(_ stored: StoredStreak, walked streak: Streak, latest: [ActiveWeek], running: ISOWeek) {
        self.init(stored, current: streak.weeks, firstWeek: streak.firstWeek, latest: latest, running: running)
    }

    private init(_ stored: StoredStreak, current: Int, firstWeek: ISOWeek?, latest: [ActiveWeek], running: ISOWeek) {
        let now = latest.first { $0.week == running }
        self.current = current
        self.running = running
        // A week is active by its row; a row without days is one from before days were kept.
        daysActiveThisWeek = now.map { max(1, $0.dayCount) } ?? 0
        longest = max(stored.longest, now == nil ? current : current + 1)
        self.firstWeek = current > 0 ? firstWeek : now?.week
        lastActiveWeek = [latest.first?.week, stored.lastActiveWeek].compactMap { $0 }.max()
    }
}

extension StreakView {
    /// Of a user who has never mined.
    static func none(in running: ISOWeek) -> StreakView { StreakView(StoredStreak(), walked: .none, latest: [], running: running) }
}
