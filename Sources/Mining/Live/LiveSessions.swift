import GameRules
package import Redis

/// A worker as Redis keys name it.
package struct LiveWorker: Hashable, Sendable {
    /// Canonical address.
    package let address: String
    /// Normalised name.
    package let name: String

    package init(address: String, name: String) {
        self.address = address
        self.name = name
    }

    /// The worker of an event; nil when it can be attributed to nobody.
    init?(_ user: StratumUser) {
        guard let address = user.canonicalAddress else { return nil }
        self.init(address: address, name: user.workerName)
    }
}

/// The begin or end of a session at some pool time.
struct LiveSession: Sendable {
    let worker: LiveWorker
    /// `<region>:<client_id>`; nil when the pool gives none.
    let client: String?
    let time: Instant
}

/// Sessions and what is told of workers outside shares, in Redis (spec 03a §8).
///
/// Open sessions are a sorted set of `<region>:<client_id>` by the microsecond they began; an ended one stays for ten minutes with a negative
/// score, so that its begin, should it arrive behind its end, does not open it again.
package struct LiveSessions: Sendable {
    private let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// Notes sessions that began.
    func begin(_ sessions: [LiveSession]) async throws {
        _ = try await run(sessions.filter { $0.client != nil }, isEnd: false)
    }

    /// Notes sessions that ended; answers how many each worker still has.
    func end(_ sessions: [LiveSession]) async throws -> [LiveWorker: Int] {
        let counts = try await run(sessions, isEnd: true)
        return Dictionary(zip(sessions.map(\.worker), counts)) { _, last in last }
    }

    private func run(_ sessions: [LiveSession], isEnd: Bool) async throws -> [Int] {
        let calls = sessions.map { session in
            Self.session.call(
                [LiveKeys.sessions(session.worker)],
                [.string(session.client ?? ""), .integer(Int(session.time.microsecondsSinceUnixEpoch)), .integer(isEnd ? -1 : 1)]
            )
        }
        return try await Scripts.run(calls, of: Self.session, on: redis).map { $0.int ?? 0 }
    }

    /// What a connect tells.
    struct Description: Sendable {
        let session: LiveSession
        let ip: String?
        let userAgent: String?
        let difficulty: Double?
        /// Without an owner only the hash exists, for a day.
        let isOwned: Bool
    }

    /// Writes what connects told, last writer wins; empty values leave what is there.
    func describe(_ descriptions: [Description]) async throws {
        var calls: [RedisCommand] = []
        var sets: [RedisCommand] = []
        for description in descriptions {
            let session = description.session
            var fields: [RedisArgument] = ["connected_at", .string(session.time.rfc3339), "shares_session", 0]
            if let ip = description.ip { fields += ["ip", .string(ip)] }
            if let agent = description.userAgent { fields += ["useragent", .string(agent)] }
            if let difficulty = description.difficulty { fields += ["current_diff", .double(difficulty)] }
            let life = description.isOwned ? LiveKeys.workerLife : LiveKeys.strangerLife
            calls.append(Self.write(session.worker, stamp: "connected_ms", session.time, life: life, fields))
            guard description.isOwned else { continue }
            sets.append(RedisCommand("SADD", LiveKeys.workers(session.worker.address), session.worker.name))
            sets.append(RedisCommand("EXPIRE", LiveKeys.workers(session.worker.address), LiveKeys.workerLife))
        }
        _ = try await Scripts.run(calls, of: Self.lastWriterWins, on: redis)
        if !sets.isEmpty { _ = try await redis.pipeline(sets) }
    }

    /// Something a pool told of a worker at some time.
    struct Note: Sendable {
        enum Kind: Sendable {
            case difficulty(Double)
            case poolHashrates(HashrateUpdate)
        }

        let worker: LiveWorker
        let time: Instant
        let kind: Kind
    }

    func note(_ notes: [Note]) async throws {
        let calls = notes.map { note in
            switch note.kind {
            case .difficulty(let difficulty):
                Self.write(
                    note.worker,
                    stamp: "diff_ms",
                    note.time,
                    ["current_diff", .double(difficulty), "diff_at", .string(note.time.rfc3339)]
                )
            case .poolHashrates(let update):
                Self.write(
                    note.worker,
                    stamp: "pool_ms",
                    note.time,
                    [
                        "pool_hashrate_1m", .double(update.oneMinute), "pool_hashrate_5m", .double(update.fiveMinutes),
                        "pool_hashrate_1h", .double(update.oneHour), "pool_hashrate_24h", .double(update.oneDay),
                    ]
                )
            }
        }
        _ = try await Scripts.run(calls, of: Self.lastWriterWins, on: redis)
    }

    /// Writes who is online as the database has decided.
    package func set(_ switches: [WorkerSwitch]) async throws {
        var others: [RedisCommand] = []
        var leaving: [RedisCommand] = []
        let calls = switches.map { change in
            var fields: [RedisArgument] = ["is_online", change.isOnline ? "1" : "0"]
            if !change.isOnline {
                fields += ["disconnected_at", .string(change.time.rfc3339)]
                leaving.append(Self.leave(LiveKeys.activeWorkers, change.worker.activeMember, at: change.time))
                leaving.append(Self.leave(LiveKeys.onlineWorkers(change.user), change.worker.name, at: change.time))
            } else {
                let seconds = Int(change.time.secondsSinceUnixEpoch)
                others.append(RedisCommand("ZADD", LiveKeys.activeWorkers, "GT", seconds, change.worker.activeMember))
                others.append(RedisCommand("ZADD", LiveKeys.onlineWorkers(change.user), "GT", seconds, change.worker.name))
            }
            return Self.write(change.worker, stamp: "state_ms", change.time, fields)
        }
        _ = try await Scripts.run(calls, of: Self.lastWriterWins, on: redis)
        _ = try await Scripts.run(leaving, of: Self.leaveUnlessActive, on: redis)
        if !others.isEmpty { _ = try await redis.pipeline(others) }
    }

    private static func write(
        _ worker: LiveWorker,
        stamp: String,
        _ time: Instant,
        life: Int = LiveKeys.workerLife,
        _ fields: [RedisArgument]
    ) -> RedisCommand {
        lastWriterWins.call(
            [LiveKeys.worker(worker.address, worker.name)],
            [.string(stamp), .integer(Int(time.millisecondsSinceUnixEpoch)), .integer(life)] + fields
        )
    }

    private static func leave(_ set: String, _ member: String, at time: Instant) -> RedisCommand {
        leaveUnlessActive.call([set], [.string(member), .integer(Int(time.secondsSinceUnixEpoch))])
    }

    /// KEYS set by last activity; ARGV member, second it went off. A member with later activity has come back meanwhile and stays.
    private static let leaveUnlessActive = RedisScript(
        """
        local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
        if score and tonumber(score) <= tonumber(ARGV[2]) then return redis.call('ZREM', KEYS[1], ARGV[1]) end
        return 0
        """
    )

    /// KEYS session set; ARGV client or empty, microsecond, 1 begins or -1 ends. Answers the number of open sessions.
    private static let session = RedisScript(
        """
        local client, time, direction = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
        if client ~= '' then
            local known = redis.call('ZSCORE', KEYS[1], client)
            if not known or math.abs(tonumber(known)) <= time then
                redis.call('ZADD', KEYS[1], string.format('%.0f', direction * time), client)
                redis.call('EXPIRE', KEYS[1], 86400)
            end
        end
        redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', -(time - 600000000)), '(0')
        return redis.call('ZCOUNT', KEYS[1], 1, '+inf')
        """
    )

    /// KEYS hash; ARGV stamp field, millisecond, life in seconds, fields and values. Nothing is written when the stamp there is newer.
    private static let lastWriterWins = RedisScript(
        """
        local stored = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '-1')
        if stored > tonumber(ARGV[2]) then return 0 end
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], unpack(ARGV, 4))
        if redis.call('TTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
        return 1
        """
    )
}
