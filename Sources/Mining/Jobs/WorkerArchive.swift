package import GameRules
package import Platform
import Postgres
import Redis

/// Every night: workers silent for thirty days leave the lists, and what Redis keeps of workers for nothing goes (spec 03 §6).
/// History stays; any activity brings a worker back.
package struct WorkerArchive: Sendable {
    private static let day: Int64 = 86_400
    private static let silence = 30 * day
    /// Addresses of machines are forgotten so long after they left (spec 03a §8).
    private static let addressLife = 7 * day
    private static let step: Int32 = 1000

    private let database: PostgresClient
    private let redis: RedisClient

    package init(runtime: Runtime) {
        database = runtime.database
        redis = runtime.redis
    }

    /// Answers how many workers were archived. Redis is tidied as far as it answers: its keys expire by themselves too.
    @discardableResult
    package func run(at now: Instant) async throws -> Int {
        let count = try await archive(now)
        try await eachWorker(Self.rejectedOnly(now)) { worker in [RedisCommand("UNLINK", LiveKeys.worker(worker.address, worker.name))] }
        try await eachWorker(Self.departed(now)) { worker in [RedisCommand("HDEL", LiveKeys.worker(worker.address, worker.name), "ip")] }
        return count
    }

    private func archive(_ now: Instant) async throws -> Int {
        var count = 0
        while let workers = try await archiveSome(now) {
            count += workers.count
            _ = try? await redis.pipeline(
                workers.flatMap { worker in
                    [
                        RedisCommand("UNLINK", LiveKeys.worker(worker.address, worker.name)),
                        RedisCommand("SREM", LiveKeys.workers(worker.address), worker.name),
                    ]
                }
            )
        }
        return count
    }

    /// Nil when no worker is silent any more.
    private func archiveSome(_ now: Instant) async throws -> [LiveWorker]? {
        let isSilent: SQL = """
            w.archived_at is null and not w.is_online
            and coalesce(greatest(w.last_share, w.connected_at, w.last_seen), w.first_seen) <= \(now.adding(seconds: -Self.silence))
            """
        return try await database.transaction { transaction in
            let silent = try await transaction.query(
                "select w.id, w.user_id from workers w where \(sql: isSilent) order by w.id limit \(Self.step)"
            ).decode((Int64, UserID).self)
            guard !silent.isEmpty else { return nil }
            // Their users' totals count them; shares that come meanwhile take those first too.
            try await transaction.pipeline(ShareStore.lockTotals(of: Set(silent.map(\.1))))
            return try await transaction.query(
                """
                update workers w set archived_at = \(now) from users u
                where u.id = w.user_id and \(sql: isSilent) and w.id = any(\(silent.map(\.0)))
                returning u.btc_address, w.worker_name
                """
            ).decode((String, String).self).map { LiveWorker(address: $0.0, name: $0.1) }
        }
    }

    /// Workers silent for a day that never had a share accepted: nobody reads what Redis counts of them.
    private static func rejectedOnly(_ now: Instant) -> SQL {
        """
        not w.is_online and w.accepted_shares = 0 and w.rejected_shares > 0
        and w.last_seen between \(now.adding(seconds: -silence - day)) and \(now.adding(seconds: -day))
        """
    }

    /// Workers that left long enough ago for their machines' addresses to be forgotten; a few nights' worth, in case some were missed.
    private static func departed(_ now: Instant) -> SQL {
        """
        not w.is_online and w.disconnected_at between \(now.adding(seconds: -2 * addressLife)) and \(now.adding(seconds: -addressLife))
        """
    }

    private func eachWorker(_ condition: SQL, _ commands: (LiveWorker) -> [RedisCommand]) async throws {
        var last: Int64 = 0
        while true {
            let rows = try await database.query(
                """
                select w.id, u.btc_address, w.worker_name from workers w join users u on u.id = w.user_id
                where w.id > \(last) and \(sql: condition) order by w.id limit \(Self.step)
                """
            )
            guard !rows.isEmpty else { return }
            var workers: [LiveWorker] = []
            for row in rows {
                let (id, address, name) = try row.decode((Int64, String, String).self)
                last = id
                workers.append(LiveWorker(address: address, name: name))
            }
            _ = try? await redis.pipeline(workers.flatMap(commands))
        }
    }
}
