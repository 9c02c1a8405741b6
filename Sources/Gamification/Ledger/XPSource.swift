/// What experience is given for: column `source` of the ledger (spec 05 §5.1).
package enum XPSource: String, Sendable, CaseIterable {
    case badge, share, personalBest = "personal_best", streak, block, lottery, education, competition, social, adjustment
}
