package import Bitcoin
package import GameRules

/// What a batch of shares adds to every roll-up, folded in memory (spec 03a §6.2 step 4). Adding shares in any order gives the same.
package struct BatchDelta: Sendable {
    package struct User: Sendable, Equatable {
        package var tally = ShareTally()
        package var firstAt: Instant?
        package var lastAcceptedAt: Instant?
    }

    package struct UserHour: Hashable, Sendable {
        package let user: UserID
        package let hour: UTCHour
    }

    package struct UserDay: Hashable, Sendable, Comparable {
        package let user: UserID
        package let day: UTCDay

        package static func < (left: UserDay, right: UserDay) -> Bool { (left.user, left.day) < (right.user, right.day) }
    }

    package struct Day: Sendable, Equatable {
        package var tally = ShareTally()
        package var decades = DifficultyHistogram()
        package var presence = PresenceMinutes()
        /// The best accepted share.
        package var best: BestCandidate?
    }

    package struct WorkerDay: Hashable, Sendable {
        package let user: UserID
        package let worker: Int64
        package let day: UTCDay
    }

    package struct Worker: Sendable, Equatable {
        package let user: UserID
        package var tally = ShareTally()
        package var lastAcceptedAt: Instant?
        /// Difficulty assigned with the latest share, and when.
        package var difficulty = 0.0
        package var difficultyAt: Instant
    }

    /// Shares of a worker rejected on a day for one reason.
    package struct WorkerReject: Hashable, Sendable, Comparable {
        package let worker: Int64
        package let day: UTCDay
        /// The pool's word, empty when it gave none.
        package let reason: String

        package static func < (left: WorkerReject, right: WorkerReject) -> Bool {
            (left.worker, left.day, left.reason) < (right.worker, right.day, right.reason)
        }
    }

    package struct PoolHour: Sendable, Equatable {
        package var tally = ShareTally()
        package var decades = DifficultyHistogram()
    }

    package private(set) var users: [UserID: User] = [:]
    package private(set) var days: [UserDay: Day] = [:]
    package private(set) var hours: [UserHour: ShareTally] = [:]
    package private(set) var workers: [Int64: Worker] = [:]
    package private(set) var workerDays: [WorkerDay: ShareTally] = [:]
    package private(set) var rejects: [WorkerReject: Int64] = [:]
    package private(set) var poolHours: [UTCHour: PoolHour] = [:]

    package init() {}

    /// The fold of many shares.
    package init(_ shares: some Sequence<OwnedShare>) {
        for share in shares { add(share) }
    }

    package mutating func add(_ share: OwnedShare) {
        let hour = UTCHour(containing: share.time)
        let day = hour.day
        users[share.userID, default: User()].add(share)
        hours[UserHour(user: share.userID, hour: hour), default: ShareTally()].add(share)
        workers[share.workerID, default: Worker(user: share.userID, difficultyAt: share.time)].add(share)
        workerDays[WorkerDay(user: share.userID, worker: share.workerID, day: day), default: ShareTally()].add(share)
        poolHours[hour, default: PoolHour()].add(share)
        days[UserDay(user: share.userID, day: day), default: Day()].add(share)
        if share.isAccepted {
            addPresence(share, day)
        } else {
            rejects[WorkerReject(worker: share.workerID, day: day, reason: share.rejectReason ?? ""), default: 0] += 1
        }
    }

    /// The best share of every user and period. Made of the days' bests: naming three periods for each share would cost more than
    /// everything else here.
    package var bests: [BestKey: BestCandidate] {
        days.reduce(into: [:]) { bests, day in
            guard let best = day.value.best else { return }
            for key in BestKey.all(user: day.key.user, day: day.key.day) where bests[key]?.isBeaten(by: best) ?? true { bests[key] = best }
        }
    }

    /// Every user's latest day that has a share: a day with nothing but minutes of the evening before is none.
    var latestDays: [UserID: (day: UTCDay, tally: ShareTally)] {
        days.reduce(into: [:]) { latest, day in
            let (user, date) = (day.key.user, day.key.day)
            guard day.value.tally.total > 0, latest[user].map({ $0.day < date }) ?? true else { return }
            latest[user] = (date, day.value.tally)
        }
    }

    /// Marks the share's five minutes; those past midnight go to the next day's row.
    private mutating func addPresence(_ share: OwnedShare, _ day: UTCDay) {
        let minute = Int(share.time.seconds(since: day.start) / 60)
        let minutes = minute..<(minute + PresenceMinutes.minutesPerShare)
        days[UserDay(user: share.userID, day: day), default: Day()].presence.insert(minutes)
        if minutes.upperBound > PresenceMinutes.count {
            days[UserDay(user: share.userID, day: day.next), default: Day()].presence.insert(
                0..<(minutes.upperBound - PresenceMinutes.count)
            )
        }
    }
}

extension BatchDelta.User {
    mutating func add(_ share: OwnedShare) {
        tally.add(share)
        firstAt = min(firstAt ?? share.time, share.time)
        if share.isAccepted { lastAcceptedAt = max(lastAcceptedAt ?? share.time, share.time) }
    }
}

extension BatchDelta.User {
    /// Adds other shares' counts and sums.
    mutating func add(_ other: BatchDelta.User) {
        tally.add(other.tally)
        firstAt = [firstAt, other.firstAt].compactMap { $0 }.min()
        lastAcceptedAt = [lastAcceptedAt, other.lastAcceptedAt].compactMap { $0 }.max()
    }
}

extension BatchDelta.Day {
    mutating func add(_ share: OwnedShare) {
        tally.add(share)
        decades.record(share)
        if share.isAccepted, best?.isBeaten(by: share) ?? true { best = BestCandidate(share) }
    }
}

extension BatchDelta.PoolHour {
    mutating func add(_ share: OwnedShare) {
        tally.add(share)
        decades.record(share)
    }
}

extension BatchDelta.Worker {
    mutating func add(_ share: OwnedShare) {
        tally.add(share)
        if share.isAccepted { lastAcceptedAt = max(lastAcceptedAt ?? share.time, share.time) }
        if share.time >= difficultyAt {
            difficulty = share.difficulty
            difficultyAt = share.time
        }
    }
}
