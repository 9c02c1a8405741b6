/// A canonical event the readers know (spec 03a §2.2). Raw values are the names on the wire.
package enum EventKind: String, Sendable, Hashable, CaseIterable {
    case shareSubmitted = "share_submitted"
    case blockFound = "block_found"
    case minerConnected = "miner_connected"
    case minerDisconnected = "miner_disconnected"
    case difficultyUpdated = "diff_updated"
    case hashrateUpdate = "hashrate_update"
    case networkBlock = "new_block_network"
    case bestDifficulty = "share_best_diff"
}

extension EventKind {
    /// The Redis stream that carries the event (spec 03a §5).
    package var stream: String { Self.streamPrefix + rawValue }

    /// What every event stream's key begins with.
    package static let streamPrefix = "mining:"

    /// Where events of unknown name go.
    package static let unknownStream = "mining:unknown"

    /// The kind whose stream has that key.
    package init?(stream: String) {
        guard stream.hasPrefix(Self.streamPrefix) else { return nil }
        self.init(rawValue: String(stream.dropFirst(Self.streamPrefix.count)))
    }

    /// Events that are rare and must not wait behind shares, nor be dropped for them (spec 03a §4.3).
    package var isCritical: Bool {
        switch self {
        case .blockFound, .networkBlock, .bestDifficulty, .minerConnected, .minerDisconnected: true
        case .shareSubmitted, .difficultyUpdated, .hashrateUpdate: false
        }
    }

    /// Known names that are logged and read by nobody (spec 03a §2.1, §2.2).
    static let loggedOnly: Set<String> = ["asicboost_detected", "weekly_summary", "share.submitted"]
}
