package import GameRules
import Platform
package import Postgres

/// Evaluates streaks (spec 05 §7.3): from the calendar, set-based, inside a transaction that has locked the users' rows.
package struct StreakService: StreakRepair {
    /// A week counts as closed so long after its end, seconds: its last shares may still be on their way.
    static let graceSeconds: Int64 = 300

    private let badges: BadgeBook
    private let observers: [any StreakObserver]

    /// - Parameter observers: what else is written with a change, such as notifications.
    package init(badges: BadgeBook, observers: [any StreakObserver] = []) {
        self.badges = badges
        self.observers = observers
    }

    /// The last week that is over and had its grace.
    static func lastClosedWeek(at now: Instant) -> ISOWeek { ISOWeek(containing: now.adding(seconds: -graceSeconds)).previous }

    package func repair(
        _ weeks: [LateWeek],
        effects: inout GameEffects,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> GameOutcome {
        // As far as it had been evaluated: what the next check is to judge is left to it.
        let targets = Dictionary(grouping: weeks, by: \.user).map { user, weeks in
            StreakTarget(
                user: user,
                through: weeks.map(\.evaluatedWeek).max() ?? Self.lastClosedWeek(at: now),
                cause: .late(Set(weeks.map(\.week)))
            )
        }
        return try await evaluate(targets, effects: &effects, now: now, in: transaction)
    }

    package func evaluate(
        _ users: [UserID],
        effects: inout GameEffects,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> GameOutcome {
        let week = Self.lastClosedWeek(at: now)
        return try await evaluate(
            users.map { StreakTarget(user: $0, through: week, cause: .anew) },
            effects: &effects,
            now: now,
            in: transaction
        )
    }

    /// Writes streaks and milestones; experience and badges go into `effects`.
    func evaluate(
        _ targets: [StreakTarget],
        effects: inout GameEffects,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> GameOutcome {
        let targets = targets.sorted { $0.user < $1.user }
        guard let newest = targets.map(\.through).max() else { return GameOutcome() }
        let closed = Self.lastClosedWeek(at: now)
        let last = max(newest, closed)
        let users = targets.map(\.user)
        let read = try await transaction.pipeline([
            StreakStore.selectState(of: users), StreakStore.selectActive(of: users, through: last), ExcusedWeeks.select,
        ])
        let (states, active) = (try StreakStore.states(read[0]), try StreakStore.activeWeeks(read[1]))
        let excused = try ExcusedWeeks.weeks(read[2])
        let evaluations = targets.compactMap { target in
            states[target.user].map {
                let target = target.reaching(closed, from: $0)
                return StreakEvaluation(target, before: $0, active: active[target.user] ?? [], excused: excused)
            }
        }
        guard !evaluations.isEmpty else { return GameOutcome() }

        let page = try await badges.page(now: now, in: transaction)
        for evaluation in evaluations {
            for week in evaluation.paidWeeks { effects.grant(.streakWeek(week, of: evaluation.user)) }
            guard evaluation.after.current > 0 else { continue }
            let weeks = Int64(evaluation.after.current)
            effects.award(.streak(weeks), to: evaluation.user, from: page) { _ in
                BadgeMetadata(["weeks": GroupedNumber.text(weeks), "weekIso": evaluation.through.description])
            }
        }
        let reached = evaluations.flatMap { evaluation in
            StreakMilestone.reached(byWeeks: evaluation.after.current).map {
                StreakStore.Reached(user: evaluation.user, milestone: $0)
            }
        }
        let written = try await transaction.pipeline([
            StreakStore.update(evaluations, now: now), StreakStore.celebrate(reached, now: now),
        ])
        let new = try Self.celebrated(written[1])
        let news = evaluations.flatMap { Self.news(of: $0, new: new) }
        if !news.isEmpty { for observer in observers { try await observer.streaksChanged(news, now: now, in: transaction) } }
        var outcome = outcome(of: evaluations, new: new)
        outcome.streaks = news
        return outcome
    }

    private static func celebrated(_ rows: PostgresRows) throws -> Set<StreakStore.Reached> {
        try rows.reduce(into: []) { celebrated, row in
            let (user, weeks) = try row.decode((UserID, Int32).self)
            for milestone in StreakMilestone.all where milestone.weeks == Int(weeks) {
                celebrated.insert(StreakStore.Reached(user: user, milestone: milestone))
            }
        }
    }

    private static func news(of evaluation: StreakEvaluation, new: Set<StreakStore.Reached>) -> [StreakNews] {
        let (user, week) = (evaluation.user, evaluation.through)
        let changes = evaluation.changes.map { change in
            switch change {
            case .extended(let weeks): StreakNews(user: user, kind: .extended, weeks: weeks, week: week)
            case .broken(let weeks): StreakNews(user: user, kind: .broken, weeks: weeks, week: week)
            }
        }
        let milestones = StreakMilestone.all.filter { new.contains(.init(user: user, milestone: $0)) }
        return changes + milestones.map { StreakNews(user: user, kind: .milestone($0), weeks: $0.weeks, week: week) }
    }

    private func outcome(of evaluations: [StreakEvaluation], new: Set<StreakStore.Reached>) -> GameOutcome {
        var outcome = GameOutcome()
        for evaluation in evaluations {
            for change in evaluation.changes { outcome.append(StreakMessages.message(change, of: evaluation)) }
            for milestone in StreakMilestone.all where new.contains(.init(user: evaluation.user, milestone: milestone)) {
                outcome.append(StreakMessages.milestone(milestone, of: evaluation))
            }
        }
        return outcome
    }
}
