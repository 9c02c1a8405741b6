import GameRules
import Postgres

/// Which of a user's shares a list holds, and the index it is read along (spec 03a §9: U, W, R).
struct ShareSelection: Sendable {
    /// What an index holds in the order of time.
    enum Source: Sendable {
        /// U: all shares of a user.
        case user(UserID)
        /// W: all shares of a worker.
        case worker(Int64)
        /// R: the rejected shares of a user.
        case rejected(UserID)
    }

    let source: Source
    /// What the index does not tell; rows that fail are examined all the same.
    private var conditions: [SQL] = []

    /// - Parameters:
    ///   - worker: id of one of the user's workers, to see its shares alone.
    ///   - isValid: accepted or rejected shares alone.
    ///   - minimumDifficulty: the least achieved difficulty.
    init(of user: UserID, worker: Int64? = nil, isValid: Bool? = nil, minimumDifficulty: Double? = nil) {
        if isValid == false {
            // Rejected shares are few: along them the worker is found sooner than along all of the worker's shares.
            source = .rejected(user)
            if let worker { conditions.append("worker_id = \(worker)") }
        } else {
            source = worker.map(Source.worker) ?? .user(user)
            if isValid == true { conditions.append("is_valid") }
        }
        if let minimumDifficulty { conditions.append("share_diff >= \(minimumDifficulty)") }
    }

    /// Whether rows may be examined in vain.
    var isFiltered: Bool { !conditions.isEmpty }

    /// True for the rows of the list among those of its source.
    var filter: SQL { conditions.dropFirst().reduce(conditions.first ?? "true") { $0 + " and " + $1 } }

    /// The rows of the source.
    var rows: SQL {
        switch source {
        case .user(let user): "user_id = \(user)"
        case .worker(let worker): "worker_id = \(worker)"
        case .rejected(let user): "user_id = \(user) and not is_valid"
        }
    }

    /// Rows of the source by UTC day, newest first: from roll-ups, which have them exact.
    /// - Parameter days: at most 92.
    func counts(_ days: ClosedRange<UTCDay>) -> SQL {
        switch source {
        case .user(let user):
            SQL.named(
                "share_days_user",
                """
                select day, total_shares from user_daily_stats
                where user_id = \(user) and day >= \(days.lowerBound) and day <= \(days.upperBound) and total_shares > 0 order by day desc
                """
            )
        case .worker(let worker):
            SQL.named(
                "share_days_worker",
                """
                select bucket, total_shares from daily_shares
                where worker_id = \(worker) and bucket >= \(days.lowerBound) and bucket <= \(days.upperBound) order by bucket desc
                """
            )
        case .rejected(let user):
            SQL.named(
                "share_days_rejected",
                """
                select day, rejected_shares from user_daily_stats
                where user_id = \(user) and day >= \(days.lowerBound) and day <= \(days.upperBound) and rejected_shares > 0 order by day desc
                """
            )
        }
    }
}
