/// Percentages as the API shows them: at most two decimals, half away from zero.
enum Percent {
    static func of(_ part: Int64, in whole: Int64, whenNone: Double) -> Double {
        guard whole > 0 else { return whenNone }
        return (Double(part) / Double(whole) * 10_000).rounded(.toNearestOrAwayFromZero) / 100
    }
}
