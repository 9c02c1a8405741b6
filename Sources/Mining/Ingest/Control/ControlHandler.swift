package import Bitcoin
import GameRules
package import Platform
package import Redis

/// Stores entries of the streams that are not shares: sessions, difficulties, bests, blocks (spec 03a §7.2–§7.8).
package struct ControlHandler: StreamHandler {
    /// The streams it takes.
    package static let streams = EventKind.allCases.filter { $0 != .shareSubmitted }.map(\.stream)

    private let appliers: [EventKind: any EventApplier]
    private let decoder: EntryDecoder
    private let clock: Clock
    private let counts = IngestCounts()

    package init(appliers: [EventKind: any EventApplier], network: BitcoinNetwork, clock: Clock) {
        self.appliers = appliers
        self.clock = clock
        decoder = EntryDecoder(network: network)
    }

    package func store(_ entries: [StreamEntry], of stream: String) async throws -> [DeadEntry] {
        let now = clock.now()
        var dead: [DeadEntry] = []
        var events: [EventKind: [MiningEvent]] = [:]
        for entry in entries {
            do throws(EventRejection) {
                let event = try decoder.decode(entry.fields, id: entry.id, stream: stream, now: now)
                events[event.payload.kind, default: []].append(event)
            } catch {
                dead.append(DeadEntry(entry: entry, reason: error.reason, detail: error.detail))
            }
        }
        counts.rejected(dead.count)
        // A stream carries one kind of event; a producer that mixes them is served all the same, but a share has its own way.
        for (kind, events) in events { try await appliers[kind]?.apply(events, now: now) }
        return dead
    }
}
