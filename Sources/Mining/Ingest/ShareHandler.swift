package import Bitcoin
package import GameRules
import Logging
import Metrics
package import Platform
import Postgres
package import Redis
import Synchronization

/// Stores entries of `mining:share_submitted` and, once they are committed, refreshes live figures and tells their owners.
package final class ShareHandler: StreamHandler {
    private let writer: ShareBatchWriter
    private let live: LiveWriter
    private let sessions: LiveSessions
    private let pressure: IngestPressure
    private let database: PostgresClient
    private let publisher: Publisher
    private let messages = ShareMessages()
    private let decoder: Mutex<ShareDecoder>
    private let clock: Clock
    private let logger: Logger
    private let counts = IngestCounts()
    /// Entries of one read that show that more were waiting than anybody could watch arrive.
    private static let backlog = 2_000

    /// - Parameter pressure: tells when ingest is too far behind to tell owners of single shares.
    package init(
        writer: ShareBatchWriter,
        runtime: Runtime,
        network: BitcoinNetwork,
        pressure: IngestPressure = IngestPressure()
    ) {
        self.writer = writer
        self.pressure = pressure
        live = LiveWriter(
            live: LiveState(redis: runtime.redis, silence: Int64(runtime.settings.mining.workerTimeoutSeconds)),
            clock: runtime.clock,
            logger: runtime.logger
        )
        sessions = LiveSessions(redis: runtime.redis)
        database = runtime.database
        publisher = runtime.publisher
        clock = runtime.clock
        logger = runtime.logger
        decoder = Mutex(ShareDecoder(network: network))
    }

    package func store(_ entries: [StreamEntry], of stream: String) async throws -> [DeadEntry] {
        let now = clock.now()
        let (shares, dead) = decode(entries, of: stream, now: now)
        counts.rejected(dead.count)
        guard !shares.isEmpty else { return dead }
        _ = try await store(shares, isBehind: entries.count >= Self.backlog, now: now)
        return dead
    }

    /// Stores shares of the raw log; answers how many had been missing.
    package func apply(_ events: [MiningEvent], now: Instant) async throws -> Int {
        let shares = events.compactMap { event -> IncomingShare? in
            guard case .shareSubmitted(let share) = event.payload else { return nil }
            return try? IncomingShare(ShareEvent(envelope: event.envelope, share: share))
        }
        return shares.isEmpty ? 0 : try await store(shares, isBehind: false, now: now)
    }

    /// Writes live figures that wait for others. To be called when reading has ended.
    func finish() async { await live.flush() }

    private func store(_ shares: [IncomingShare], isBehind: Bool, now: Instant) async throws -> Int {
        let change = try await writer.write(shares, now: now)
        counts.stored(change, of: shares.count, at: clock.now())
        await tell(change, isBehind: isBehind)
        return change.shares.count
    }

    /// After the commit, best effort: the facts are in the database whatever happens here.
    private func tell(_ change: BatchChange, isBehind: Bool) async {
        guard !change.shares.isEmpty else { return }
        async let figures: Void = refresh(change, isBehind: isBehind)
        await publisher.send(
            messages.messages(for: change, tellsShares: !isBehind && !pressure.isHigh)
                + WorkerMessages.messages(for: change.switches, database: database)
        )
        await writer.announce(change)
        await figures
    }

    private func refresh(_ change: BatchChange, isBehind: Bool) async {
        await live.add(change, isBehind: isBehind)
        do { try await sessions.set(change.switches) } catch {
            logger.warning("live states not refreshed", metadata: ["event": "live_state", "error_kind": "\(type(of: error))"])
        }
    }

    private func decode(_ entries: [StreamEntry], of stream: String, now: Instant) -> (shares: [IncomingShare], dead: [DeadEntry]) {
        decoder.withLock { decoder in
            var shares: [IncomingShare] = []
            var dead: [DeadEntry] = []
            shares.reserveCapacity(entries.count)
            for entry in entries {
                do throws(EventRejection) {
                    let event = try decoder.decode(entry.fields, id: entry.id, stream: stream, now: now)
                    if let share = try IncomingShare(event) { shares.append(share) }
                } catch {
                    dead.append(DeadEntry(entry: entry, reason: error.reason, detail: error.detail))
                }
            }
            return (shares, dead)
        }
    }
}

extension IncomingShare {
    /// - Returns: nil for a share the pool could attribute to nobody.
    /// - Throws: for an accepted share on an address of no known form or of another network.
    init?(_ event: ShareEvent) throws(EventRejection) {
        let share = event.share
        guard let address = share.user.canonicalAddress else {
            if share.isAccepted, case .invalid = share.user.address { throw .badAddress }
            return nil
        }
        self.init(
            time: event.envelope.time,
            eventID: event.envelope.id,
            address: address,
            workerName: share.user.workerName,
            difficulty: share.difficulty,
            achieved: share.achieved,
            isAccepted: share.isAccepted,
            rejectReason: share.isAccepted ? nil : share.rejectReason,
            hash: share.hash,
            nonce: share.nonce,
            nonce2: share.nonce2,
            source: event.envelope.source.rawValue,
            region: event.envelope.region
        )
    }
}
