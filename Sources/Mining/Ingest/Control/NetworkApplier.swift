package import GameRules
import Postgres

/// The network has a new block (spec 03a §7.7): its difficulty is kept, and blocks of ours gain confirmations or lose their place.
package struct NetworkApplier: EventApplier {
    private let scribe: ControlScribe
    private let live: LiveNetwork
    private let network = NetworkStore()
    private let blocks = BlockStore()

    package init(scribe: ControlScribe, live: LiveNetwork) {
        self.scribe = scribe
        self.live = live
    }

    package func apply(_ events: [MiningEvent], now: Instant) async throws {
        let (change, _) = try await scribe.record(events, now: now) { _, transaction in
            _ = try await transaction.query(BlockStore.lock)
            for event in events {
                guard case .networkBlock(let payload) = event.payload else { continue }
                try await network.keep(payload, at: event.envelope.time, in: transaction)
            }
            var change = BatchChange(now: now)
            guard let tip = try await network.tip(in: transaction) else { return (change, ()) }
            let lowest = events.compactMap { if case .networkBlock(let payload) = $0.payload { payload.height } else { nil } }.min() ?? tip
            let heights = min(lowest, tip - ChainView.reach)...max(tip, lowest)
            change.blocks = try await ChainJudge(store: blocks).judge(heights: heights, in: transaction)
            return (change, ())
        }
        for event in events {
            guard case .networkBlock(let payload) = event.payload else { continue }
            try? await live.set(payload, at: event.envelope.time)
        }
        await scribe.announce(change)
    }
}
