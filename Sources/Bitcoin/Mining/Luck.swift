import Foundation

/// What some work may be expected to bring, for comparison with what it brought.
///
/// A share credited with difficulty D has achieved D or more; that it achieved x or more has the chance D / x (a Pareto distribution of
/// exponent 1), because hashes are uniform. The best of n such shares is at most x with the chance (1 − D/x)^n. For shares of several
/// difficulties D stands for their mean: where x is far above all of them, as a best always is, both sides approach e^(−W/x) with W the work.
///
/// The mean of that distribution does not exist: it has infinite expectation, like the single share's. *Expected* therefore means the
/// median: half of all miners with this work and as many shares have a better best. It approaches W / ln 2 ≈ 1.44 W.
public struct Luck: Sendable, Hashable {
    /// The work done.
    public let work: Work
    /// The shares it was done with, > 0 where there is work.
    public let shares: Int64

    /// - Parameters:
    ///   - work: credited difficulty of accepted shares.
    ///   - shares: how many there were; a negative number counts as none.
    public init(work: Work, shares: Int64) {
        let isEmpty = !(work.value > 0) || shares <= 0
        self.work = isEmpty ? .zero : work
        self.shares = isEmpty ? 0 : shares
    }

    // MARK: Best share

    /// Mean credited difficulty of a share.
    private var mean: Double { work.value / Double(shares) }

    /// The best that half of all miners with this work exceed: D / (1 − 2^(−1/n)); 0 without work.
    public var medianBest: Double {
        guard shares > 0 else { return 0 }
        return mean / -expm1(-log(2) / Double(shares))
    }

    /// The chance that the best of this work is at most some difficulty, 0…1: (1 − D/x)^n. Of all miners with this work, that part has not
    /// done better. 0 without work.
    public func chance(ofBestUpTo best: Difficulty) -> Double {
        guard shares > 0, best.value > mean else { return 0 }
        return exp(Double(shares) * log1p(-mean / best.value))
    }

    // MARK: Blocks

    /// Blocks this work finds in the mean at a difficulty of the network: their ratio, since a block is a share of at least that difficulty.
    public func expectedBlocks(at networkDifficulty: Difficulty) -> Double {
        networkDifficulty > .zero ? work.value / networkDifficulty.value : 0
    }

    /// The chance that this work finds at least one block, 0…1: 1 − e^(−expected), blocks being a Poisson process.
    public func chanceOfBlock(at networkDifficulty: Difficulty) -> Double {
        -expm1(-expectedBlocks(at: networkDifficulty))
    }
}
