package import GameRules
package import Mining

/// What the shares of a batch mean to the game, folded in processing order. However shares are split into batches, the sum is the same.
package struct ShareFold: Sendable, Equatable {
    /// Accepted shares of one user, week and address.
    package struct Week: Sendable, Equatable {
        package let week: ISOWeek
        package let address: String
        package var count: Int64 = 0
        package var best = 0.0
        package var bestAt = Instant.unixEpoch
        /// Of the best share, where the pool tells it: 64 hexadecimal digits.
        package var bestHash: String?
        /// Bit 0 is Monday.
        package var dayMask: Int16 = 0
    }

    /// A share that beat all before it.
    package struct Step: Sendable, Equatable {
        package let difficulty: Double
        package let worker: String
        package let time: Instant
        /// There was something to beat.
        package let isBeaten: Bool

        package var week: ISOWeek { ISOWeek(containing: time) }
    }

    /// Weeks of each user with an accepted share, in the order met.
    package private(set) var users: [UserID: [Week]] = [:]
    /// Rising bests of users whose best of all time rose.
    package private(set) var steps: [UserID: [Step]] = [:]

    /// - Parameter raised: bests that rose; those of all time count.
    package init(_ shares: [OwnedShare], raised: [RaisedBest]) {
        var bests = raised.reduce(into: [UserID: Double]()) { bests, best in
            if best.key.timeframe == .alltime { bests[best.key.user] = best.previous }
        }
        for share in shares where share.isAccepted {
            add(share)
            if let best = bests[share.userID], share.achieved > best {
                steps[share.userID, default: []].append(Step(share, isBeaten: best > 0))
                bests[share.userID] = share.achieved
            }
        }
        // A record told by the pool, whose share this batch does not hold.
        for best in raised where best.key.timeframe == .alltime && best.new.difficulty > bests[best.key.user] ?? 0 {
            let isBeaten = bests[best.key.user] ?? 0 > 0
            steps[best.key.user, default: []].append(
                Step(difficulty: best.new.difficulty, worker: best.new.workerName, time: best.new.time, isBeaten: isBeaten)
            )
        }
    }

    /// Shares counted for a user.
    package func count(_ user: UserID) -> Int64 { users[user]?.reduce(0) { $0 + $1.count } ?? 0 }

    /// The best share or record of a user.
    package func best(_ user: UserID) -> Double {
        max(users[user]?.map(\.best).max() ?? 0, steps[user]?.last?.difficulty ?? 0)
    }

    /// Whether there is nothing to count.
    package var isEmpty: Bool { users.isEmpty && steps.isEmpty }

    /// Everybody it concerns.
    var allUsers: Set<UserID> { Set(users.keys).union(steps.keys) }

    private mutating func add(_ share: OwnedShare) {
        let day = UTCDay(containing: share.time)
        let week = ISOWeek(containing: day)
        var weeks = users[share.userID] ?? []
        users[share.userID] = nil
        let index: Int
        if let known = weeks.firstIndex(where: { $0.week == week && $0.address == share.address }) {
            index = known
        } else {
            index = weeks.count
            weeks.append(Week(week: week, address: share.address))
        }
        weeks[index].add(share, day.index - week.monday.index)
        users[share.userID] = weeks
    }
}

extension ShareFold.Week {
    fileprivate mutating func add(_ share: OwnedShare, _ weekday: Int) {
        count += 1
        dayMask |= 1 << Int16(weekday)
        guard share.achieved > best else { return }
        best = share.achieved
        bestAt = share.time
        bestHash = share.hash.flatMap { $0.utf8.count == 64 && $0.utf8.allSatisfy(\.isHexDigit) ? $0 : nil }
    }

    /// The days with a share.
    package var days: [UTCDay] { (0..<7).filter { dayMask & (1 << Int16($0)) != 0 }.map { week.monday.advanced(by: $0) } }
}

extension ShareFold.Step {
    init(_ share: OwnedShare, isBeaten: Bool) {
        self.init(difficulty: share.achieved, worker: share.workerName, time: share.time, isBeaten: isBeaten)
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        default: false
        }
    }
}

// MARK: rows

extension ShareFold {
    /// Additions to totals, by user.
    var counts: [ShareCountStore.Count] {
        allUsers.sorted().map { .init(user: $0, shares: count($0), best: best($0)) }
    }

    /// Rows of the calendar, by user and week: an address changed within a week makes no second row.
    var calendar: [ShareCountStore.CalendarWeek] {
        users.sorted { $0.key < $1.key }.flatMap { user, weeks in
            var rows: [ShareCountStore.CalendarWeek] = []
            for week in weeks.sorted(by: { $0.week < $1.week }) {
                if let last = rows.indices.last, rows[last].week == week.week {
                    rows[last].shares += week.count
                    rows[last].best = max(rows[last].best, week.best)
                    rows[last].dayMask |= week.dayMask
                } else {
                    rows.append(.init(user: user, week: week.week, shares: week.count, best: week.best, dayMask: week.dayMask))
                }
            }
            return rows
        }
    }

    /// Rows of weekly bests, in the order of their key. Where an address changed hands within a week the row is its earlier owner's.
    var bests: [(user: UserID, week: Week)] {
        let weeks = users.flatMap { user, weeks in weeks.map { (user: user, week: $0) } }.sorted {
            ($0.week.address, $0.week.week, $0.week.bestAt) < ($1.week.address, $1.week.week, $1.week.bestAt)
        }
        return weeks.reduce(into: []) { rows, row in
            if let last = rows.indices.last, rows[last].week.week == row.week.week, rows[last].week.address == row.week.address {
                rows[last].week.add(row.week)
            } else {
                rows.append(row)
            }
        }
    }
}

extension ShareFold.Week {
    /// Takes in later shares of the same address and week.
    fileprivate mutating func add(_ later: Self) {
        count += later.count
        dayMask |= later.dayMask
        guard later.best > best else { return }
        (best, bestAt, bestHash) = (later.best, later.bestAt, later.bestHash)
    }
}
