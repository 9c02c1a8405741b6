package import Bitcoin
import Foundation
package import GameRules
import NIOCore
package import Platform
package import Postgres
package import Redis

/// Runs events of the raw log through the handlers of the streams (spec 03a §6.5): repairs what Redis lost, and changes nothing where
/// nothing is missing.
package struct Replay: Sendable {
    private static let pageSize: Int32 = 1000
    /// Events a second at most, so that live shares go first.
    private static let perSecond = 5000
    /// Live entries behind above which a replay waits.
    private static let maximumLag = 10_000

    private let database: PostgresClient
    private let redis: RedisClient
    private let shares: ShareHandler
    private let control: [EventKind: any EventApplier]
    private let decoder: EntryDecoder
    private let clock: Clock
    private let group: String

    package init(
        database: PostgresClient,
        redis: RedisClient,
        shares: ShareHandler,
        control: [EventKind: any EventApplier],
        network: BitcoinNetwork,
        clock: Clock,
        group: String
    ) {
        self.database = database
        self.redis = redis
        self.shares = shares
        self.control = control
        self.clock = clock
        self.group = group
        decoder = EntryDecoder(network: network)
    }

    /// What a replay did.
    package struct Outcome: Sendable, Equatable {
        /// Events read from the raw log.
        package var read = 0
        /// Shares that had been missing.
        package var sharesAdded = 0
        /// Events that cannot be applied any more, because they are too old or not valid.
        package var skipped = 0
    }

    /// Replays the events of a span of pool time, in pages by (time, id).
    /// - Parameter kinds: which events; all that have readers by default.
    package func run(
        _ span: Range<Instant>,
        kinds: Set<EventKind> = Set(EventKind.allCases),
        progress: (Outcome) -> Void = { _ in }
    ) async throws -> Outcome {
        var outcome = Outcome()
        var last = (time: span.lowerBound, id: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
        var isFirst = true
        let names = kinds.map(\.rawValue)
        while true {
            let start = ContinuousClock.now
            let rows = try await page(names, after: last, includingFirst: isFirst, before: span.upperBound)
            isFirst = false
            guard let end = rows.last else { return outcome }
            last = (try Instant(postgres: end[0]), try UUID(postgres: end[1]))
            try await apply(rows, &outcome)
            progress(outcome)
            let pace = Duration.seconds(1) * Double(rows.count) / Double(Self.perSecond)
            try await Task.sleep(for: max(.zero, pace - (ContinuousClock.now - start)))
            try await awaitLiveShares()
        }
    }

    private func page(_ names: [String], after last: (time: Instant, id: UUID), includingFirst: Bool, before: Instant) async throws
        -> PostgresRows
    {
        try await database.query(
            """
            select ts, event_id, event_type, source, payload, region, recv_at, ts_fixed from mining_events
            where ts >= \(last.time) and ts < \(before) and ((ts, event_id) > (\(last.time), \(last.id)) or \(includingFirst) and ts = \(last.time))
            and event_type = any(\(names))
            order by ts, event_id limit \(Self.pageSize)
            """,
            access: .read
        )
    }

    private func apply(_ rows: PostgresRows, _ outcome: inout Outcome) async throws {
        let now = clock.now()
        let oldest = now.adding(seconds: -PoolTime.maximumAgeDays * 86_400)
        var events: [EventKind: [MiningEvent]] = [:]
        for row in rows {
            outcome.read += 1
            guard let event = try event(row), event.envelope.time >= oldest else {
                outcome.skipped += 1
                continue
            }
            events[event.payload.kind, default: []].append(event)
        }
        if let shares = events.removeValue(forKey: .shareSubmitted) {
            outcome.sharesAdded += try await self.shares.apply(shares, now: now)
        }
        // Sessions before what depends on them; beyond that the order does not matter.
        for kind in EventKind.allCases.sorted(by: { $0 == .minerConnected && $1 != .minerConnected }) {
            if let list = events[kind] { try await control[kind]?.apply(list, now: now) }
        }
    }

    private func event(_ row: PostgresRow) throws -> MiningEvent? {
        let (time, id, name, source, payload, region, receivedAt, isFixed) = try row.decode(
            (Instant, UUID, String, String, JSONB, String, Instant, Bool).self
        )
        guard let kind = EventKind(rawValue: name) else { return nil }
        var envelope = EventEnvelope(id: id, time: time, receivedAt: receivedAt)
        envelope.isTimeFixed = isFixed
        envelope.source = EventSource(rawValue: source) ?? .hosted
        envelope.region = region
        return try? decoder.decode(kind, envelope: envelope, payload: payload.bytes)
    }

    private func awaitLiveShares() async throws {
        let progress = StreamProgress(redis: redis, group: group)
        while let info = try? await progress.info(EventKind.shareSubmitted.stream), info.lag ?? 0 > Self.maximumLag {
            try await Task.sleep(for: .seconds(1))
        }
    }
}
