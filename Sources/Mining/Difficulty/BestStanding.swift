/// Where a best stands among all of its period. Equal bests share the better rank (spec 03 §4.4).
struct BestStanding: Sendable, Equatable {
    /// From 1.
    let rank: Int64
    /// Users with a best in the period, this one included.
    let total: Int64

    /// - Parameters:
    ///   - above: users whose best is strictly greater.
    ///   - total: all users with a best.
    init(above: Int64, total: Int64) {
        rank = above + 1
        self.total = max(total, rank)
    }

    /// 100 − 100 · rank / total with two decimals; 100 for the only one.
    var percentile: Double { total == 1 ? 100 : Percent.of(total - rank, in: total, whenNone: 100) }
}
