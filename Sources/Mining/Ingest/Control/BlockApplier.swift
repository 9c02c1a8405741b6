package import Bitcoin
import Crypto
package import GameRules
import Postgres

/// The pool found a block (spec 03a §7.6). The pool in use sends neither hash nor reward: they are completed by what arrives later.
package struct BlockApplier: EventApplier {
    private let scribe: ControlScribe
    private let network: BitcoinNetwork
    private let store = BlockStore()

    package init(scribe: ControlScribe, network: BitcoinNetwork) {
        self.scribe = scribe
        self.network = network
    }

    package func apply(_ events: [MiningEvent], now: Instant) async throws {
        let (change, _) = try await scribe.record(events, now: now) { subjects, transaction in
            // Blocks are so rare that one after the other costs nothing, and two finders at one height are no puzzle.
            _ = try await transaction.query(BlockStore.lock)
            var change = BatchChange(now: now)
            for event in events.sorted(by: { $0.envelope.time < $1.envelope.time }) {
                guard case .blockFound(let payload) = event.payload else { continue }
                let report = BlockReport(event, payload, finder: subjects.subject(of: event), network: network)
                change.blocks += try await store(report, now: now, in: transaction)
            }
            return (change, ())
        }
        await scribe.announce(change)
    }

    private func store(_ report: BlockReport, now: Instant, in transaction: PostgresTransaction) async throws -> [BlockChange] {
        let known = try await store.blocks(at: report.height, in: transaction)
        var changes: [BlockChange] = []
        if let match = report.match(in: known) {
            let before = match
            guard let merged = try await store.merge(report, into: match, in: transaction) else { return [] }
            if before.user == nil, merged.user != nil { changes.append(BlockChange(kind: .attributed, block: merged)) }
            if before.hash != merged.hash || before.rewardSatoshi != merged.rewardSatoshi {
                changes.append(BlockChange(kind: .completed, block: merged))
            }
        } else if let inserted = try await store.insert(report, in: transaction) {
            changes.append(BlockChange(kind: .found, block: inserted))
        }
        for change in changes where change.kind == .found || change.kind == .attributed {
            guard let user = change.block.user else { continue }
            try await transaction.pipeline([
                store.celebrate(change.block.id, user, now: now), store.count(user, by: change.block.status == .orphaned ? 0 : 1),
            ])
        }
        // The network's word on this height may have come first.
        changes += try await ChainJudge(store: store).judge(heights: report.height...report.height, in: transaction)
        try await store.markShare(report, in: transaction)
        return changes
    }
}

/// What a pool says of a block, in the form of the table.
struct BlockReport: Sendable {
    let event: MiningEvent
    let payload: BlockFound
    let finder: ControlScribe.Subject?
    let address: String?
    /// Reward given by the pool, or the subsidy.
    let rewardSatoshi: Int64
    let isRewardEstimated: Bool

    /// A report and a row without a finder are of one block when they are so close in time.
    static let sameBlockSeconds: Int64 = 600

    init(_ event: MiningEvent, _ payload: BlockFound, finder: ControlScribe.Subject?, network: BitcoinNetwork) {
        self.event = event
        self.payload = payload
        self.finder = finder
        address = payload.user.canonicalAddress
        isRewardEstimated = payload.rewardSatoshi == 0
        rewardSatoshi = isRewardEstimated ? network.blockSubsidy(atHeight: Int(payload.height)).value : payload.rewardSatoshi
    }

    var height: Int64 { payload.height }
    var time: Instant { event.envelope.time }

    /// The hash, or what stands for it: `pending:<height>:<16 hex of SHA-256(address)>`.
    var key: String {
        if let hash = payload.hash { return hash }
        let digits = SHA256.hash(data: Array((address ?? "").utf8)).prefix(8).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return "\(FoundBlock.provisionalPrefix)\(height):\(digits.joined())"
    }

    /// The stored block this is a report of.
    func match(in known: [BlockStore.Row]) -> BlockStore.Row? {
        if let same = known.first(where: { $0.hash == key }) { return same }
        return known.first { row in
            // Two hashes are two blocks.
            if payload.hash != nil, !row.isProvisional { return false }
            if let address, row.address == address { return true }
            let isUnattributed = row.address == nil || address == nil
            return isUnattributed && abs(row.foundAt.seconds(since: time)) <= Self.sameBlockSeconds
        }
    }
}
