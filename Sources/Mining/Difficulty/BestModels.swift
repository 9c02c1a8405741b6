import API
import GameRules

/// The timeframe of a best as the wire names it: last week is a week too.
enum ShownTimeframe: String, JSONEncodable, CaseIterable {
    case week
    case lastWeek = "last_week"
    case month, alltime

    /// The row that holds a user's best of this timeframe.
    func key(of user: UserID, on today: UTCDay) -> BestKey {
        switch self {
        case .week: BestKey(user: user, timeframe: .week, day: today)
        case .lastWeek: BestKey(user: user, timeframe: .week, day: today.advanced(by: -7))
        case .month: BestKey(user: user, timeframe: .month, day: today)
        case .alltime: BestKey(user: user, timeframe: .alltime, day: today)
        }
    }
}

/// The best share of a timeframe (spec 03 route 6).
struct BestItem: ResponseObject {
    let timeframe: ShownTimeframe
    let best: BestReadStore.Row
    /// Nil where it is not known.
    let standing: BestStanding?

    static let fields = JSONFields<BestItem>("PersonalBest")
        .field("timeframe", \.timeframe)
        .field("period_key", { $0.timeframe == .alltime ? nil : $0.best.key.period }, "Such as 2026-W09 or 2026-02; null for all time")
        .field("best_difficulty", \.best.difficulty)
        .field("share_time", \.best.time.rfc3339)
        .field("worker_name", \.best.workerName)
        .field("percentile", \.standing?.percentile, "Null while ranks are not known")
        .field("rank", \.standing?.rank, "Null while ranks are not known")
        .field("total_miners", { $0.standing?.total ?? 0 }, "With a best in the period; 0 while ranks are not known")
}

/// In which running period a user's rank is asked for (spec 03 route 9).
struct PercentileQuery: EndpointInput {
    let timeframe: BestTimeframe

    init(from fields: inout RequestFields) {
        timeframe = fields.query("timeframe", .oneOf(), default: .week, doc: "The running one")
    }
}

/// Where the caller's best stands among all miners.
struct PercentileAnswer: ResponseObject {
    let best: BestReadStore.Row
    let standing: BestStanding

    static let fields = JSONFields<PercentileAnswer>("DifficultyPercentile")
        .field("timeframe", \.best.key.timeframe.rawValue)
        .field("percentile", \.standing.percentile)
        .field("best_difficulty", \.best.difficulty)
        .field("rank", \.standing.rank)
        .field("total_miners", \.standing.total)
}

extension APIError {
    static let noPersonalBest = APIError.notFound("no_personal_best", "You have no accepted share in this period yet.")
}
