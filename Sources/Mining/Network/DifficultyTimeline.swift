import GameRules

/// The network's difficulty over time, from the first blocks of its epochs.
struct DifficultyTimeline: Sendable, Equatable {
    /// The first known block of a difficulty.
    struct Epoch: Sendable, Equatable {
        let start: Instant
        /// > 0.
        let difficulty: Double
    }

    /// Earliest first.
    private let epochs: [Epoch]
    private let fallback: Double

    /// - Parameters:
    ///   - epochs: by height, newest first; of two that start at one instant the newer is in force.
    ///   - fallback: the difficulty while nothing is known of the network, > 0.
    init(_ epochs: [Epoch], fallback: Double) {
        self.epochs = epochs.reversed().sorted { $0.start < $1.start }
        self.fallback = fallback
    }

    /// The difficulty in force at an instant; before the first known block that of the newest epoch (spec 03 §4.6).
    func difficulty(at instant: Instant) -> Double {
        var low = 0
        var high = epochs.count
        while low < high {
            let middle = (low + high) / 2
            if epochs[middle].start <= instant { low = middle + 1 } else { high = middle }
        }
        return (low > 0 ? epochs[low - 1] : epochs.last)?.difficulty ?? fallback
    }
}
