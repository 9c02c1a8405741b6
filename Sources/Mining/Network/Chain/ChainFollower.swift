package import GameRules
package import Logging
package import Postgres

/// Follows the best chain of a chain source and tells what is new of it as the pool does, by the same event to the same applier: there is
/// one way in, and everything downstream is indifferent to who spoke first.
///
/// It walks back from the tip to the first block that is stored with the same hash, so that blocks missed during an outage are caught up
/// with and a reorganisation replaces every height it touched. Then it looks at the heights of blocks found by the pool, whose fate
/// depends on the hash there (spec 03a §7.7).
package struct ChainFollower: Sendable {
    /// Most blocks fetched a run while walking back; what is older stays unknown.
    static let longestWalk = 12
    /// Most heights of found blocks looked at a run.
    static let mostFound = 20
    /// A block seen so soon after its own time is dated by when it was seen, as the pool's events are; an older one by its own.
    static let freshSeconds: Int64 = 600

    private let sources: [any ChainSource]
    private let applier: any EventApplier
    private let store: NetworkReadStore
    private let logger: Logger
    private let patience: Duration

    /// - Parameters:
    ///   - sources: in the order they are asked; the first that answers counts.
    ///   - patience: how long all the questions of a run may take one source, before the next is asked.
    package init(
        sources: [any ChainSource],
        applier: any EventApplier,
        database: PostgresClient,
        logger: Logger,
        patience: Duration = .seconds(20)
    ) {
        self.sources = sources
        self.applier = applier
        self.logger = logger
        self.patience = patience
        store = NetworkReadStore(database: database)
    }

    /// Looks once.
    /// - Throws: ``ChainTrouble`` of the last source when none answered; nothing was stored then.
    package func run(now: Instant) async throws {
        var trouble: ChainTrouble?
        for source in sources {
            do {
                return try await follow(source, now: now)
            } catch let error as ChainTrouble {
                trouble = error
                logger.warning(
                    "chain source does not answer",
                    metadata: ["event": "dependency", "source": "\(source.name)", "error_kind": "\(error.failureCode)"]
                )
            }
        }
        if let trouble { throw trouble }
    }

    private func follow(_ source: any ChainSource, now: Instant) async throws {
        let tip = try await Patience.within(patience) { () async throws(ChainTrouble) in try await source.tip() }
        let lowest = max(0, tip.height - ChainView.reach)
        let newest = try await store.newest()
        let known = try await store.entries(lowest...tip.height)
        let found = try await store.foundHeights(lowest...tip.height, limit: Self.mostFound)
        let news = try await Patience.within(patience) { () async throws(ChainTrouble) in
            var news = try await walk(from: tip, known, source)
            for height in found where news[height] == nil {
                let hash = try await source.hash(at: height)
                if known[height]?.hash != hash { news[height] = try await source.block(hash).expected(at: height) }
            }
            return news
        }
        guard !news.isEmpty else { return }
        let dating = Dating(tip: news[tip.height], newest: newest?.updatedAt, now: now)
        // Ascending, so that what is written last is the tip.
        let events = news.values.sorted { $0.height < $1.height }.map { block in
            event(of: block, at: dating.time(of: block, known: known[block.height]?.time), now: now)
        }
        try await applier.apply(events, now: now)
    }

    /// The blocks from the tip down to what is stored, by height.
    private func walk(
        from tip: ChainBlock,
        _ known: [Int64: ChainView.Entry],
        _ source: any ChainSource
    ) async throws(ChainTrouble) -> [Int64: ChainBlock] {
        var news: [Int64: ChainBlock] = [:]
        guard known[tip.height]?.hash != tip.hash else { return news }
        var block = tip
        news[block.height] = block
        while news.count < Self.longestWalk, let previous = block.previousHash, known[block.height - 1]?.hash != previous {
            block = try await source.block(previous).expected(at: block.height - 1)
            news[block.height] = block
        }
        return news
    }

    private func event(of block: ChainBlock, at time: Instant, now: Instant) -> MiningEvent {
        let payload = NetworkBlock(
            height: block.height,
            hash: block.hash,
            difficulty: block.difficulty,
            previousHash: block.previousHash
        )
        let id = EventID.derived(stream: EventKind.networkBlock.stream, entryID: block.hash)
        return MiningEvent(envelope: EventEnvelope(id: id, time: time, receivedAt: now), payload: .networkBlock(payload))
    }
}

/// Chooses pool times for blocks nobody announced: a new tip is later than every word before it, everything else is earlier than the tip,
/// and what replaces a stored block is not older than it, because the newest word on a height counts.
struct Dating: Sendable {
    /// Pool time of the tip.
    private let tipTime: Instant
    private let tip: ChainBlock?
    private let now: Instant

    /// - Parameters:
    ///   - tip: when it is news.
    ///   - newest: pool time of the block announced last.
    init(tip: ChainBlock?, newest: Instant?, now: Instant) {
        self.tip = tip
        self.now = now
        let floor = newest?.adding(milliseconds: 1)
        tipTime = tip.map { max(Self.seen($0, now: now), floor ?? .unixEpoch) } ?? newest ?? now
    }

    /// - Parameter known: pool time of what is stored at the height.
    func time(of block: ChainBlock, known: Instant?) -> Instant {
        if block == tip { return tipTime }
        return max(min(Self.seen(block, now: now), tipTime.adding(milliseconds: -1)), known ?? .unixEpoch)
    }

    private static func seen(_ block: ChainBlock, now: Instant) -> Instant {
        now.seconds(since: block.time) <= ChainFollower.freshSeconds ? now : block.time
    }
}
