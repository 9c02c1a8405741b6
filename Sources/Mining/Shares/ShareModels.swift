import API
import GameRules
import Platform

/// Which shares are asked for (spec 03 route 4).
struct SharesQuery: EndpointInput {
    let limit: Int
    let cursor: String?
    let workerName: String?
    /// Accepted or rejected ones only; nil for both.
    let isValid: Bool?
    /// The least achieved difficulty.
    let minimumDifficulty: Double?

    init(from fields: inout RequestFields) {
        limit = fields.query("limit", .integer(1...100), default: 50)
        cursor = fields.optionalQuery("cursor", .cursor, doc: "`next_cursor` of the page before")
        workerName = fields.optionalQuery("worker_name", .string(1...128, trims: false))
        isValid = fields.optionalQuery("valid_only", .boolean, doc: "`false`: only rejected shares")
        minimumDifficulty = fields.optionalQuery("min_difficulty", .number(greaterThan: 0), doc: "The least achieved difficulty")
    }
}

/// Some shares, newest first. With a filter a page may be short, even empty, although there are more.
struct SharePage: ResponseObject {
    let data: [ShareItem]
    let pagination: Pagination

    static let fields = JSONFields<SharePage>()
        .field("data", \.data, "Newest first")
        .field("pagination", \.pagination)
}

/// The caller's shares in numbers (spec 03 route 5). The totals outlive the shares themselves.
struct ShareStatistics: ResponseObject {
    let figures: ShareStatisticsStore.Figures

    private var acceptanceRate: Double { Percent.of(figures.accepted, in: figures.total, whenNone: 0) }

    static let fields = JSONFields<ShareStatistics>()
        .field("total_shares", \.figures.total, "Lifetime")
        .field("accepted_shares", \.figures.accepted, "Lifetime")
        .field("rejected_shares", \.figures.rejected, "Lifetime")
        .field("acceptance_rate", \.acceptanceRate, "Percent; 0 when none")
        .field("shares_today", \.figures.today, "UTC day, accepted and rejected")
        .field("accepted_today", \.figures.acceptedToday)
        .field("best_diff_today", \.figures.bestToday)
        .field("rejected_today", \.figures.rejectedToday)
        .field("first_share_at", \.figures.firstAt?.rfc3339)
        .field("last_share_at", \.figures.lastAt?.rfc3339, "Last accepted share")
}
