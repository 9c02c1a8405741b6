import GameRules
import Synchronization

/// What this process knows users to have: since nothing given is ever taken back, it need not be offered to the database again.
///
/// Without it, every batch would try a ledger row and all badges of every user for nothing. Only committed facts come in.
final class KnownAwards: Sendable {
    /// How many active badges of each kind a user holds.
    struct Badges: Sendable, Equatable {
        var shares = 0
        var bests = 0
    }

    /// A day or a week that has paid, of one user.
    struct Paid: Hashable, Sendable {
        let user: UserID
        /// Day index, or week index.
        let index: Int
    }

    /// What one transaction leads to, to be remembered after its commit.
    struct Learned: Sendable {
        var days: [Paid] = []
        var weeks: [Paid] = []
        var badges: [UserID: Badges] = [:]
        /// The page the counts of badges belong to.
        var stamp = 0
    }

    private struct State {
        var days: Set<Paid> = []
        var weeks: Set<Paid> = []
        var badges: [UserID: Badges] = [:]
        var stamp = 0
    }

    private let state = Mutex(State())
    private let maximum: Int

    init(maximum: Int = 300_000) { self.maximum = maximum }

    func hasPaid(day: UTCDay, to user: UserID) -> Bool { state.withLock { $0.days.contains(Paid(user: user, index: day.index)) } }
    func hasPaid(week: ISOWeek, to user: UserID) -> Bool { state.withLock { $0.weeks.contains(Paid(user: user, index: week.index)) } }

    /// - Parameter stamp: counts that belong to other definitions are forgotten.
    func badges(of user: UserID, stamp: Int) -> Badges {
        state.withLock { state in
            if state.stamp != stamp {
                state.badges.removeAll()
                state.stamp = stamp
            }
            return state.badges[user] ?? Badges()
        }
    }

    func remember(_ learned: Learned) {
        state.withLock { state in
            if state.days.count + learned.days.count > maximum { state.days.removeAll() }
            if state.weeks.count + learned.weeks.count > maximum { state.weeks.removeAll() }
            if state.badges.count + learned.badges.count > maximum { state.badges.removeAll() }
            state.days.formUnion(learned.days)
            state.weeks.formUnion(learned.weeks)
            guard state.stamp == learned.stamp else { return }
            state.badges.merge(learned.badges) { Badges(shares: max($0.shares, $1.shares), bests: max($0.bests, $1.bests)) }
        }
    }
}
