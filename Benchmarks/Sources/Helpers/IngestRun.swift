import Foundation
import GameRules
import LocalServers
import Mining
import Platform
import Postgres
import Redis

/// One drain of a filled stream of shares by the real worker role.
struct IngestRun {
    let rig: Rig
    let options: RigOptions
    let database: PostgresClient
    let redis: RedisClient

    /// Forgets what Redis holds. Live state counts as built: its rebuild is not what is measured.
    func clearRedis() async throws {
        try await redis.send(RedisCommand("FLUSHALL"))
        try await redis.send(RedisCommand("SET", LiveKeys.isBuilt, Clock.system.now().rfc3339))
    }

    /// Starts the worker and answers entries per second, from its first read to the commit of the last entry.
    /// - Parameter entries: all that waits in the stream.
    func drain(_ entries: Int) async throws -> Double {
        let before = try await committed()
        let worker = try await rig.start(role: "worker")
        while try await !hasBegun() { try await Task.sleep(for: .milliseconds(1)) }
        let (time, _) = try await Profiler.sampling(worker.child.pid, "ingest", options) {
            try await stopwatch {
                while try await committed() - before < entries {
                    guard worker.child.isRunning else { throw BenchmarkFailure("the worker ended: see worker.log") }
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
        }
        await worker.stop()
        let stored = try await committed() - before
        let pending = try await redis.xinfoGroups(IngestService.shareStream).first?.pending ?? -1
        guard stored == entries, pending == 0 else { throw BenchmarkFailure("\(stored) stored, \(pending) entries not acknowledged") }
        return Double(entries) / time
    }

    private func hasBegun() async throws -> Bool {
        try await redis.xinfoGroups(IngestService.shareStream).contains { $0.lastDeliveredID != .zero }
    }

    /// The hours of the pool are written in the transaction that stores the shares.
    private func committed() async throws -> Int {
        Int(try await database.query("select coalesce(sum(total_shares), 0)::bigint from pool_hourly").value(Int64.self) ?? 0)
    }
}
