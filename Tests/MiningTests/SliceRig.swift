import FeatureRig
import API
import Bitcoin
import Foundation
import GameRules
import Glibc
import LocalServers
import Logging
import NIOCore
import Platform
import Postgres
import Prometheus
import Redis
import TestServers
import Testing

@testable import Mining

/// Collector and ingest of one pool on real servers: datagrams go in at the socket, rows and messages come out.
struct SliceRig: Sendable {
    let runtime: Runtime
    let redis: RedisServer
    let collector: Collector
    let socketPath: String
    let messages: RedisSubscriber

    /// The first user of a fresh database.
    static let owner = UserID(1)
    static let address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"

    /// - Parameter sockets: where the collector listens, below a folder.
    static func run(
        sockets: @Sendable (String) -> [String] = { [$0 + "/events.sock"] },
        _ body: @escaping @Sendable (SliceRig) async throws -> Void
    ) async throws {
        try await TestSlots.with { try await runOnServers(sockets, body) }
    }

    private static func runOnServers(
        _ sockets: @Sendable (String) -> [String],
        _ body: @escaping @Sendable (SliceRig) async throws -> Void
    ) async throws {
        try await withDatabase(template: TestRuntime.migrated) { database in
            try await TestServers.withPrivateRedis { redis in
                let directory = try await TestServers.temporaryDirectory("slice")
                let sockets = sockets(directory)
                let settings = try Settings(
                    EnvironmentSource([
                        "TBG_DATABASE_URL": database.url, "TBG_REDIS_URL": try await redis.url(),
                        "TBG_COLLECTOR_SOCKET": sockets.joined(separator: ","),
                        "TBG_COLLECTOR_SPOOL_DIR": directory + "/spool", "TBG_BATCH_FLUSH_INTERVAL": "0.05", "TBG_LOG_LEVEL": "error",
                    ])
                )
                let runtime = try Runtime(settings: settings, role: "test", metrics: PrometheusRegistry(descriptions: MetricTable.all))
                let collector = try Collector(
                    settings: settings.collector,
                    redis: runtime.redis,
                    database: runtime.database,
                    network: .mainnet,
                    clock: .system,
                    random: .system,
                    logger: runtime.logger
                )
                let rig = SliceRig(
                    runtime: runtime,
                    redis: redis,
                    collector: collector,
                    socketPath: PoolAddress(sockets[0]).path,
                    messages: runtime.redis.makeSubscriber()
                )
                try await runtime.redis.connect()
                try await rig.messages.subscribe([Publisher.topic(of: owner)])
                let collecting = Task { try await collector.run() }
                let ingest = Task { try await IngestService(runtime: runtime).run() }
                do {
                    try await body(rig)
                } catch {
                    await stop(rig, collecting, ingest)
                    throw error
                }
                await stop(rig, collecting, ingest)
            }
        }
    }

    private static func stop(_ rig: SliceRig, _ collector: Task<Void, any Error>, _ ingest: Task<Void, any Error>) async {
        collector.cancel()
        ingest.cancel()
        _ = await ingest.result
        _ = await collector.result
        await rig.messages.close()
        await rig.runtime.close()
    }

    /// Sends a datagram as the pool does; waits while the collector has not bound its socket yet.
    func send(_ text: String, to path: String? = nil) async throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: (path ?? socketPath).utf8) }
        let bytes = Array(text.utf8)
        for _ in 0..<500 {
            let sent = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            if sent == bytes.count { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the collector did not take the datagram")
    }

    /// A native share of the owner, with its own event id.
    func share(_ difficulty: Double, _ achieved: Double, worker: String = "rig1", accepted: Bool = true) -> String {
        """
        {"event":"share_submitted","ts":\(Clock.system.now().decimalSeconds),"event_id":"\(UUID().uuidString.lowercased())",\
        "data":{"user":"\(Self.address)","worker":"\(Self.address).\(worker)","diff":\(difficulty),"sdiff":\(achieved),"accepted":\(accepted)}}
        """
    }

    /// Waits for share messages to the owner, and answers how many shares they tell of.
    func awaitShares(_ count: Int) async {
        var seen = 0
        for await message in messages.messages {
            if String(buffer: message.payload).contains(#""type":"share_submitted""#) { seen += 1 }
            if seen == count { return }
        }
    }

    /// Waits for something the collector or ingest brings about.
    func eventually(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<6000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("not within a minute")
    }

    func summary() async throws -> MiningSummary {
        let principal = Principal(user: Self.owner, address: Self.address, isVerified: true, credential: .accessToken(session: nil))
        return try await MiningServices(runtime: runtime).summary.summary(of: principal, at: Clock.system.now()).body
    }

    /// One number from the database.
    func number(_ sql: SQL) async throws -> Int64 {
        try await runtime.database.query(sql).value(Int64.self) ?? -1
    }
}
