import GameRules
import Mining

/// The blocks of a batch that have a finder, as the batch leaves them.
///
/// A block pays when its finder becomes known and it is no orphan, or when an orphan comes back; the ledger's key, height and user, lets it
/// pay once. What becomes an orphan later takes nothing back: the ledger is only added to. The count follows the chain.
struct FoundBlocks: Sendable {
    /// Everybody whose count may have changed.
    private(set) var users: Set<UserID> = []
    /// Blocks that pay, lowest first.
    private(set) var paying: [(user: UserID, block: FoundBlock)] = []

    var isEmpty: Bool { users.isEmpty }

    init(_ changes: [BlockChange]) {
        var latest: [Int64: FoundBlock] = [:]
        var candidates: Set<Int64> = []
        for change in changes {
            latest[change.block.id] = change.block
            switch change.kind {
            case .found, .attributed, .restored: candidates.insert(change.block.id)
            case .orphaned: break
            case .completed, .confirmed: continue
            }
            if let user = change.block.user { users.insert(user) }
        }
        for id in candidates {
            guard let block = latest[id], let user = block.user, block.status != .orphaned else { continue }
            paying.append((user, block))
        }
        paying.sort { ($0.block.height, $0.block.id) < ($1.block.height, $1.block.id) }
    }
}
