import Algorithms
package import GameRules
package import Logging
import NIOCore
import Platform
package import Postgres
package import Redis

/// Builds live state anew from the database after Redis has lost it (spec 03a §8.4). What ingest adds meanwhile is not lost: a field keeps
/// the greater of both values, since either is a part of the whole.
package struct LiveRebuild: Sendable {
    /// Work of single workers is summed from shares of the whole day while the pool has no more of them than this, else of the last hour.
    private static let sharesWorthReading: Int64 = 5_000_000
    private static let lock = "lock:mining:rebuild"

    private let database: PostgresClient
    private let redis: RedisClient
    private let logger: Logger

    package init(database: PostgresClient, redis: RedisClient, logger: Logger) {
        self.database = database
        self.redis = redis
        self.logger = logger
    }

    /// Rebuilds if Redis says that it holds nothing, and no other process is at it.
    package func ifMissing(now: Instant) async throws {
        guard try await redis.send(RedisCommand("EXISTS", LiveKeys.isBuilt)).int == 0 else { return }
        guard try await redis.send(RedisCommand("SET", Self.lock, "1", "NX", "PX", 60_000)).string == "OK" else { return }
        try await run(now: now)
    }

    /// Rebuilds everything.
    package func run(now: Instant) async throws {
        try await rings(now: now)
        try await workers(now: now)
        try await ranks(now: now)
        try await network()
        try await redis.send(RedisCommand("SET", LiveKeys.isBuilt, now.rfc3339))
        logger.info("live state built", metadata: ["event": "live_rebuilt"])
    }

    // MARK: parts

    private func rings(now: Instant) async throws {
        let day = UTCHour(containing: now.adding(seconds: -23 * 3600)).start
        let hour = now.adding(seconds: -3660)
        var users: [String: WorkRing] = [:]
        for row in try await database.query(
            "select u.btc_address, h.bucket, h.work from hourly_shares h join users u on u.id = h.user_id where h.bucket >= \(day)"
        ) {
            let (address, start, work) = try row.decode((String, Instant, Double).self)
            users[address, default: WorkRing()].add(work: work, .hour, from: start)
        }
        let count = try await database.query("select coalesce(sum(accepted_shares), 0)::bigint from pool_hourly where bucket >= \(day)")
        let workersSince = try count.value(Int64.self) ?? 0 <= Self.sharesWorthReading ? day : UTCHour(containing: hour).start
        var workers: [LiveWorker: WorkRing] = [:]
        for row in try await database.query(
            """
            select btc_address, worker_name, to_timestamp(floor(extract(epoch from time) / 3600) * 3600), sum(least(difficulty, share_diff))
            from shares where time >= \(workersSince) and is_valid group by 1, 2, 3
            """
        ) {
            let (address, name, start, work) = try row.decode((String, String, Instant, Double).self)
            workers[LiveWorker(address: address, name: name), default: WorkRing()].add(work: work, .hour, from: start)
        }
        for row in try await database.query(
            """
            select btc_address, worker_name, to_timestamp(floor(extract(epoch from time) / 10) * 10), sum(least(difficulty, share_diff)), count(*)
            from shares where time >= \(hour) and is_valid group by 1, 2, 3
            """
        ) {
            let (address, name, start, work, shares) = try row.decode((String, String, Instant, Double, Int64).self)
            let worker = LiveWorker(address: address, name: name)
            for resolution in [WorkRing.Resolution.second, .minute] {
                users[address, default: WorkRing()].add(work: work, resolution, from: start)
                workers[worker, default: WorkRing()].add(work: work, resolution, from: start)
            }
            workers[worker, default: WorkRing()].count(shares: Int(shares), at: start)
        }
        try await merge(
            users.map { (LiveKeys.userRing($0), $1) } + workers.map { (LiveKeys.workerRing($0.address, $0.name), $1) },
            now: now
        )
    }

    private func merge(_ rings: [(key: String, ring: WorkRing)], now: Instant) async throws {
        for some in rings.chunks(ofCount: 500) {
            let calls = some.map { key, ring in
                Self.mergeScript.call([key], ring.increments(at: now).flatMap { [RedisArgument.string($0.field), .double($0.amount)] })
            }
            _ = try await Scripts.run(calls, of: Self.mergeScript, on: redis)
        }
    }

    private func workers(now: Instant) async throws {
        var last: Int64 = 0
        while true {
            let rows = try await database.query(
                """
                select w.id, w.user_id, u.btc_address, w.worker_name, w.is_online, w.connected_at, w.disconnected_at, w.last_share,
                       w.current_diff, w.best_diff, w.accepted_shares, w.rejected_shares, w.user_agent
                from workers w join users u on u.id = w.user_id
                where w.id > \(last) and w.archived_at is null order by w.id limit 1000
                """
            )
            guard !rows.isEmpty else { return }
            var commands: [RedisCommand] = []
            for row in rows {
                let (id, user, address, name, isOnline, connected, disconnected, share, difficulty, best, accepted, rejected, agent) =
                    try row.decode(
                        (
                            Int64, UserID, String, String, Bool, Instant?, Instant?, Instant?, Double?, Double, Int64, Int64, String?
                        ).self
                    )
                last = id
                let worker = LiveWorker(address: address, name: name)
                var fields: [RedisArgument] = [
                    "is_online", isOnline ? "1" : "0", "best_diff", .double(best), "valid_shares", .integer(Int(accepted)),
                    "invalid_shares",
                    .integer(Int(rejected)),
                ]
                if let connected { fields += ["connected_at", .string(connected.rfc3339)] }
                if let disconnected { fields += ["disconnected_at", .string(disconnected.rfc3339)] }
                if let difficulty { fields += ["current_diff", .double(difficulty)] }
                if let agent { fields += ["useragent", .string(agent)] }
                if let share {
                    fields += ["last_share", .string(share.rfc3339), "last_active_ms", .integer(Int(share.millisecondsSinceUnixEpoch))]
                }
                let key = LiveKeys.worker(address, name)
                commands.append(RedisCommand("HSET", arguments: [.string(key)] + fields))
                commands.append(RedisCommand("EXPIRE", key, LiveKeys.workerLife))
                commands.append(RedisCommand("SADD", LiveKeys.workers(address), name))
                commands.append(RedisCommand("EXPIRE", LiveKeys.workers(address), LiveKeys.workerLife))
                let activity = [connected, share].compactMap { $0 }.max()
                if isOnline, let activity {
                    let seconds = Int(activity.secondsSinceUnixEpoch)
                    commands.append(RedisCommand("ZADD", LiveKeys.activeWorkers, "GT", seconds, worker.activeMember))
                    commands.append(RedisCommand("ZADD", LiveKeys.onlineWorkers(user), "GT", seconds, name))
                }
            }
            for reply in try await redis.pipeline(commands) { _ = try reply.get() }
        }
    }

    /// Redis may have been away when a user was banned, and have come back with the ranks of before.
    private func ranks(now: Instant) async throws {
        let day = UTCDay(containing: now)
        let bans = RankBans(database: database, redis: redis)
        for user in try await database.query("select id from users where is_banned").map({ try UserID(postgres: $0[0]) }) {
            try await bans.exclude(user, at: now)
        }
        let rows = try await database.query(
            """
            select user_id, timeframe, period_key, best_difficulty from personal_bests
            where timeframe = 'alltime' or timeframe = 'week' and period_key = any(\([day.isoWeek, day.advanced(by: -7).isoWeek].map(\.description)))
               or timeframe = 'month' and period_key = any(\([day.calendarMonth, day.advanced(by: -31).calendarMonth].map(\.description)))
            """
        )
        let bests = try rows.compactMap { row -> (key: BestKey, difficulty: Double)? in
            let (user, frame, period, best) = try row.decode((UserID, String, String, Double).self)
            return BestTimeframe(rawValue: frame).map { (BestKey(user: user, timeframe: $0, period: period), best) }
        }
        let live = LiveState(redis: redis)
        for some in bests.chunks(ofCount: 1000) { try await live.rank(Array(some)) }
    }

    private func network() async throws {
        let rows = try await database.query(
            "select block_height, block_hash, difficulty, time from network_difficulty order by time desc, block_height desc limit 1"
        )
        guard let (height, hash, difficulty, time) = try rows.first?.decode((Int32, String, Double, Instant).self) else { return }
        try await LiveNetwork(redis: redis).set(
            NetworkBlock(height: Int64(height), hash: hash, difficulty: difficulty, previousHash: nil),
            at: time
        )
    }

    /// KEYS ring; ARGV fields and sums.
    private static let mergeScript = RedisScript(
        """
        \(RingFields.functions)

        local entries, sums, fields = readRing(KEYS[1])
        local rebuilt = { s = {}, m = {}, h = {}, n = {} }
        for i = 1, #ARGV, 2 do rebuilt[string.sub(ARGV[i], 1, 1)][tonumber(string.sub(ARGV[i], 2))] = tonumber(ARGV[i + 1]) end
        for letter in pairs(rebuilt) do
            entries[letter] = fold(fold(entries[letter], sums[letter], 0, add), rebuilt[letter], 0, math.max)
        end
        writeRing(KEYS[1], entries, fields)
        return 1
        """
    )
}
