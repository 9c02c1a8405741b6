import API
import FoundationEssentials
import GameRules
package import Platform
import Synchronization

/// Tells owners of their shares and bests, live (spec 04 §8). At most ten share messages a second a user; bests are always told.
package final class ShareMessages: Sendable {
    /// Messages a user gets in one second before others are skipped.
    package static let perSecond = 10

    private struct Budget {
        var second: Int64
        var sent: Int
        /// Shares not told since the last message.
        var skipped: Int
    }

    private let budgets = Mutex<[UserID: Budget]>([:])

    package init() {}

    /// The messages of one committed batch, in order.
    /// - Parameter tellsShares: false while ingest is behind: shares are then counted as skipped by their owner's next message, bests still told
    ///   one by one.
    package func messages(for change: BatchChange, tellsShares: Bool = true) -> [Publisher.Personal] {
        let second = change.now.secondsSinceUnixEpoch
        let shares = budgets.withLock { budgets in
            if budgets.count > 100_000 { budgets = budgets.filter { $0.value.second >= second - 60 } }
            return change.shares.compactMap { share in
                let isBest = tellsShares && change.bestShares.contains(share.key)
                return Self.skipped(share, isBest: isBest, limit: tellsShares ? Self.perSecond : 0, second: second, &budgets).map {
                    Self.message(share, isBest: isBest, skipped: $0)
                }
            }
        }
        return shares + change.raisedBests.map(Self.message)
    }

    /// How many shares were not told since the last message, or nil when this one is not told either.
    /// - Parameter limit: messages of shares that are not bests in one second.
    private static func skipped(
        _ share: OwnedShare,
        isBest: Bool,
        limit: Int,
        second: Int64,
        _ budgets: inout [UserID: Budget]
    ) -> Int? {
        var budget = budgets[share.userID] ?? Budget(second: second, sent: 0, skipped: 0)
        defer { budgets[share.userID] = budget }
        if budget.second != second {
            budget.second = second
            budget.sent = 0
        }
        guard isBest || budget.sent < limit else {
            budget.skipped += 1
            return nil
        }
        budget.sent += 1
        defer { budget.skipped = 0 }
        return budget.skipped
    }

    private static func message(_ share: OwnedShare, isBest: Bool, skipped: Int) -> Publisher.Personal {
        Publisher.Personal(to: share.userID, channel: "mining", type: "share_submitted") { json in
            json.name("id")
            json.string(share.eventID.text)
            json.name("time")
            json.string(share.time.rfc3339)
            json.name("worker")
            json.string(share.workerName)
            json.name("difficulty")
            json.double(share.difficulty)
            json.name("share_diff")
            json.double(share.achieved)
            json.name("diff")
            json.double(share.achieved)
            json.name("accepted")
            json.bool(share.isAccepted)
            if let reason = share.rejectReason {
                json.name("reject_reason")
                json.string(reason)
            }
            json.name("is_block")
            json.bool(false)
            json.name("is_personal_best")
            json.bool(isBest)
            json.name("is_above_average")
            json.bool(share.isAboveAverage)
            json.name("skipped")
            json.integer(skipped)
        }
    }

    static func message(_ best: RaisedBest) -> Publisher.Personal {
        Publisher.Personal(to: best.key.user, channel: "mining", type: "best_diff") { json in
            json.name("worker")
            json.string(best.new.workerName)
            json.name("timeframe")
            json.string(best.key.timeframe.rawValue)
            json.name("period_key")
            if best.key.timeframe == .alltime { json.null() } else { json.string(best.key.period) }
            json.name("new_best")
            json.double(best.new.difficulty)
            json.name("prev_best")
            json.double(best.previous)
            json.name("time")
            json.string(best.new.time.rfc3339)
        }
    }
}

extension OwnedShare {
    /// About one accepted share in ten (spec 03 §4.2); the mean itself is useless for such a distribution.
    package var isAboveAverage: Bool { isAccepted && achieved >= 10 * difficulty }
}
