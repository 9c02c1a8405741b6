import GameRules
import Postgres

/// What is known of the network's chain around some blocks: the tip, and one hash a height.
struct ChainView: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        let hash: String
        let time: Instant
    }

    /// Height of the block announced last, by pool time.
    var tip: Int64
    var entries: [Int64: Entry]

    /// Confirmations that settle a block.
    static let settled: Int64 = 6
    /// Blocks on top of a height after which another hash there is an orphan.
    static let orphanDepth: Int64 = 3
    /// Blocks looked at behind the tip.
    static let reach: Int64 = 100

    /// A block as the chain sees it.
    func judged(_ block: FoundBlock) -> FoundBlock {
        var judged = block
        let confirmations = max(0, tip - block.height + 1)
        guard let entry = entries[block.height] else {
            if block.status != .orphaned { judged.confirm(confirmations) }
            return judged
        }
        if entry.hash == block.hash {
            judged.confirm(confirmations)
        } else if tip >= block.height + Self.orphanDepth {
            judged.status = .orphaned
            judged.confirmations = 0
        } else if block.status != .orphaned {
            judged.confirm(confirmations)
        }
        return judged
    }

    /// Whether a block without a hash is the one the network announced: within ten minutes, and no more than a minute before.
    func completes(_ block: FoundBlock) -> String? {
        guard block.isProvisional, let entry = entries[block.height] else { return nil }
        let seconds = entry.time.seconds(since: block.foundAt)
        return (-60...600).contains(seconds) ? entry.hash : nil
    }
}

extension FoundBlock {
    fileprivate mutating func confirm(_ count: Int64) {
        confirmations = count
        status = count >= ChainView.settled ? .confirmed : .pending
    }
}

/// Brings blocks in line with the chain as the database knows it. Depends on what is stored alone, so the order of events does not matter.
struct ChainJudge: Sendable {
    let store: BlockStore

    func judge(heights: ClosedRange<Int64>, in transaction: PostgresTransaction) async throws -> [BlockChange] {
        let rows = try await store.blocks(in: heights, in: transaction)
        guard !rows.isEmpty, let view = try await NetworkStore().view(heights, in: transaction) else { return [] }
        var taken = Set(rows.map(\.hash))
        var changes: [BlockChange] = []
        for row in rows {
            var block = row.block
            // The first finder at a height gets the hash; a second one without a hash is left behind.
            if let hash = view.completes(block), taken.insert(hash).inserted { block.hash = hash }
            block = view.judged(block)
            guard block != row.block else { continue }
            try await store.update(block, in: transaction)
            changes += try await consequences(from: row.block, to: block, in: transaction)
        }
        return changes
    }

    private func consequences(
        from old: FoundBlock,
        to new: FoundBlock,
        in transaction: PostgresTransaction
    ) async throws -> [BlockChange] {
        var changes: [BlockChange] = []
        if old.hash != new.hash { changes.append(BlockChange(kind: .completed, block: new)) }
        switch (old.status, new.status) {
        case (.orphaned, .orphaned): break
        case (_, .orphaned):
            changes.append(BlockChange(kind: .orphaned, block: new))
            if let user = new.user { try await transaction.execute(store.count(user, by: -1)) }
        case (.orphaned, _):
            changes.append(BlockChange(kind: .restored, block: new))
            if let user = new.user { try await transaction.execute(store.count(user, by: 1)) }
        case (.pending, .confirmed): changes.append(BlockChange(kind: .confirmed, block: new))
        default: break
        }
        return changes
    }
}
