import API
import GameRules
import Platform

/// How many shares are to be shown (spec 03 route 7).
struct ScatterQuery: EndpointInput {
    let limit: Int

    init(from fields: inout RequestFields) {
        limit = fields.query("limit", .integer(1...500), default: 200)
    }
}

/// The newest accepted shares as points in time and achieved difficulty.
struct DifficultyScatter: ResponseObject {
    let points: [ScatterPoint]

    /// - Parameter shares: newest first.
    init(_ shares: [ShareReadStore.Row]) {
        let ascending = Array(shares.reversed())
        // Among equals the first one counts, which is the earliest.
        let best = ascending.indices.max {
            ascending[$0].achieved < ascending[$1].achieved || (ascending[$0].achieved == ascending[$1].achieved && $0 > $1)
        }
        points = ascending.indices.map {
            ScatterPoint(time: ascending[$0].position.time, difficulty: ascending[$0].achieved, isBest: $0 == best)
        }
    }

    static let fields = JSONFields<DifficultyScatter>()
        .field("points", \.points, "Oldest first")
        .field("count", \.points.count)
}

/// One accepted share.
struct ScatterPoint: ResponseObject {
    let time: Instant
    let difficulty: Double
    let isBest: Bool

    static let fields = JSONFields<ScatterPoint>()
        .field("time", \.time.rfc3339)
        .field("difficulty", \.difficulty, "Achieved")
        .field("is_best", \.isBest, "The greatest of these, the earlier of equals")
}
