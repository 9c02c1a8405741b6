import API
import Accounts
import FeatureRig
import Foundation
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import TestServers
import Testing

@testable import Mining

/// The mining routes behind the real pipeline, beside the handlers of ingest; the clock stands still until a test moves it.
struct MiningRig: Sendable {
    let routes: RouteRig
    let services: MiningServices
    /// Handlers of all streams, to be given events directly.
    let pipeline: MiningPipeline
    let redis: RedisServer

    var runtime: Runtime { routes.runtime }
    var clock: ManualClock { routes.clock }
    var accounts: AccountsServices { routes.accounts }

    /// Where the clock starts: Tuesday noon of 2026-W09.
    static let start = Instant(millisecondsSinceUnixEpoch: 1_771_934_400_000)

    /// Runs a test on a fresh database and a Redis of its own, which it may stop.
    /// - Parameter variables: settings over the defaults, without the prefix `TBG_`.
    static func run(
        _ variables: [String: String] = [:],
        observers: [any BatchObserver] = [],
        _ body: @Sendable (MiningRig) async throws -> Void
    ) async throws {
        try await TestSlots.with {
            try await withDatabase(template: TestRuntime.migrated) { database in
                try await TestServers.withPrivateRedis { redis in
                    try await TestRuntime.run(database: database.url, redis: try await redis.url(), variables, at: start) {
                        runtime,
                        clock in
                        try await TimeTableKeeper(database: runtime.database).makeRanges(at: start)
                        let services = MiningServices(runtime: runtime)
                        let routes = try await RouteRig(
                            runtime: runtime,
                            clock: clock,
                            departures: [RankDepartures(runtime: runtime)],
                            foresights: MiningRoutes.foresights
                        ) {
                            MiningRoutes.add(to: &$0, services: services)
                        }
                        let pipeline = MiningPipeline(runtime: runtime, observers: observers)
                        try await body(MiningRig(routes: routes, services: services, pipeline: pipeline, redis: redis))
                    }
                }
            }
        }
    }

    // MARK: Calling

    /// One request through the whole pipeline.
    func call(
        _ method: HTTPRequest.Method = .get,
        _ path: String,
        _ body: JSONObject? = nil,
        token: String? = nil,
        key: String? = nil
    ) async throws -> MiningAnswer {
        try await routes.call(method, path, body, token: token, key: key)
    }

    /// A request of a miner.
    func get(_ path: String, by miner: RigMiner) async throws -> MiningAnswer { try await call(.get, path, token: miner.token) }

    /// A signed-in user of an address.
    func miner(_ address: String = SliceRig.address, isVerified: Bool = true) async throws -> RigMiner {
        try await routes.user(address, isVerified: isVerified)
    }

    func key(of miner: RigMiner, scopes: [String]) async throws -> String { try await routes.key(of: miner, scopes: scopes) }

    /// Changes what the database holds.
    func execute(_ sql: SQL) async throws { try await routes.execute(sql) }

    // MARK: Events

    /// Puts events through their handler as if their stream had delivered them.
    func apply(_ events: [MiningEvent]) async throws {
        for kind in EventKind.allCases {
            let some = events.filter { $0.payload.kind == kind }
            guard !some.isEmpty else { continue }
            if kind == .shareSubmitted {
                _ = try await pipeline.shares.apply(some, now: clock.now)
            } else {
                try await pipeline.control[kind]?.apply(some, now: clock.now)
            }
        }
    }

    /// An event as the collector writes it.
    func event(_ kind: EventKind, at time: Instant? = nil, id: UUID = UUID(), _ payload: String) throws -> MiningEvent {
        let time = time ?? clock.now
        return try EntryDecoder(network: runtime.settings.network.bitcoin).decode(
            kind,
            envelope: EventEnvelope(id: id, time: time, receivedAt: time),
            payload: Array(payload.utf8)
        )
    }

    /// A share of a miner.
    func share(
        of miner: RigMiner,
        _ assigned: Double = 1000,
        _ achieved: Double = 2000,
        worker: String = "rig1",
        accepted: Bool = true,
        reason: String = "stale",
        id: UUID = UUID(),
        at time: Instant? = nil
    ) throws -> MiningEvent {
        let why = accepted ? "" : #","reject_reason":"\#(reason)""#
        return try event(
            .shareSubmitted,
            at: time,
            id: id,
            #"{"user":"\#(miner.address)","worker":"\#(worker)","diff":\#(assigned),"sdiff":\#(achieved),"accepted":\#(accepted)\#(why)}"#
        )
    }
}

/// A caller of the mining API.
typealias RigMiner = RouteCaller

/// What a call answered.
typealias MiningAnswer = RouteAnswer
