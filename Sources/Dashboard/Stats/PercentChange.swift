/// By how much a figure changed, in percent with one decimal, as the start page shows it (spec 04 §3).
package enum PercentChange {
    /// What is shown at most and at least; a mine that was off yesterday would grow beyond any number.
    static let range = -100.0...9999.9

    /// - Returns: 0 if there is nothing to compare with or a figure is not finite.
    package static func of(_ now: Double, since before: Double) -> Double {
        guard before > 0, now.isFinite, before.isFinite else { return 0 }
        let percent = ((now / before - 1) * 1000).rounded() / 10
        return min(max(percent, range.lowerBound), range.upperBound)
    }
}
