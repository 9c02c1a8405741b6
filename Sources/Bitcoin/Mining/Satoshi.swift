/// An amount of bitcoin in its smallest unit, 10^-8 BTC.
public struct Satoshi: Sendable, Hashable, Comparable {
    /// The amount in satoshi.
    public let value: Int64

    /// Satoshi in one bitcoin.
    public static let perBitcoin: Int64 = 100_000_000

    /// Takes an amount in satoshi.
    public init(_ value: Int64) {
        self.value = value
    }

    /// The amount in BTC. Every amount that can exist (below 21 million BTC) survives the way to a double and back.
    public var bitcoin: Double { Double(value) / Double(Self.perBitcoin) }

    /// Orders by amount.
    public static func < (left: Satoshi, right: Satoshi) -> Bool { left.value < right.value }
}

extension BitcoinNetwork {
    /// New coins in the block at `height`, without fees: 50 BTC, halved every ``halvingInterval`` blocks, nothing from the 64th halving.
    ///
    /// A negative height gives nothing.
    public func blockSubsidy(atHeight height: Int) -> Satoshi {
        guard height >= 0 else { return Satoshi(0) }
        let halvings = height / halvingInterval
        return Satoshi(halvings < 64 ? (50 * Satoshi.perBitcoin) >> Int64(halvings) : 0)
    }
}
