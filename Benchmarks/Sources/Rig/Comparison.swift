/// Two addresses whose rates are measured one right after the other, several times: the machine's speed changes within seconds, and a ratio of
/// neighbours does not know.
struct Comparison {
    /// What is asked for.
    struct Side {
        let name: String
        let url: String
        var headers: [String] = []

        fileprivate func rate(seconds: Int) async throws -> Double {
            try await Wrk.run(url, seconds: seconds, headers: headers).requestsPerSecond
        }
    }

    let subject: Side
    let base: Side
    /// What the median of the ratios must not be below.
    let atLeast: Double
    private var turns: [(subject: Double, base: Double)] = []

    init(_ subject: Side, to base: Side, atLeast: Double) {
        self.subject = subject
        self.base = base
        self.atLeast = atLeast
    }

    /// Measures all comparisons in turn, so that each sees the machine's better and worse times; which side comes first alternates.
    static func measure(_ comparisons: inout [Comparison], turns: Int, seconds: Int) async throws {
        for turn in 0..<turns {
            for index in comparisons.indices {
                let (subject, base) = (comparisons[index].subject, comparisons[index].base)
                let early = try await (turn.isMultiple(of: 2) ? base : subject).rate(seconds: seconds)
                let late = try await (turn.isMultiple(of: 2) ? subject : base).rate(seconds: seconds)
                comparisons[index].turns.append(turn.isMultiple(of: 2) ? (late, early) : (early, late))
            }
        }
    }

    /// Prints the medians of both sides, their ratios, and whether they are what is demanded.
    static func show(_ comparisons: [Comparison], _ title: String) {
        var report = Report(title, "", "median", "range", "compared with", "median", "range", "ratio", "range")
        for comparison in comparisons {
            let (subjects, bases) = (comparison.turns.map(\.subject), comparison.turns.map(\.base))
            let ratios = comparison.ratios
            report.row(
                comparison.subject.name,
                subjects.median.grouped,
                subjects.spread,
                comparison.base.name,
                bases.median.grouped,
                bases.spread,
                ratios.median.formatted(2),
                ratios.spread(2)
            )
            report.atLeast(comparison.atLeast, ratios.median, "\(comparison.subject.name) to \(comparison.base.name)")
        }
        report.show()
    }

    private var ratios: [Double] { turns.map { $0.base > 0 ? $0.subject / $0.base : 0 } }
}
