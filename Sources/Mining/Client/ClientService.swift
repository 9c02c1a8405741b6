import API
import Accounts
import GameRules
import HTTPTypes
import Platform
import Redis
import Synchronization

/// Answers polls of a miner by address, of those miners alone whose public profile is on. The gate is asked every time, so that privacy
/// takes effect at once; what lies behind it is kept for a few seconds, because devices poll in herds.
struct ClientService: Sendable {
    private let gate: PublicGate
    private let store: ClientStore
    private let rings: RingReader
    private let kept = KeptAnswers()

    init(runtime: Runtime) {
        gate = PublicGate(database: runtime.database, network: runtime.settings.network.bitcoin)
        store = ClientStore(database: runtime.database)
        rings = RingReader(redis: runtime.redis)
    }

    /// - Throws: the same 404 for unknown, private and banned miners.
    func status(of address: String, at now: Instant) async throws -> Reply<ClientStatus> {
        guard let user = try await gate.admit(address) else { throw APIError.userNotFound }
        if let answer = kept.answer(for: user.id, at: now) { return Reply(answer) }
        let miner = try await store.miner(user.id)
        guard let hashrates = try? await hashrates(of: miner.workers, address: user.address, at: now) else {
            return Reply(Self.answer(miner, hashrates: miner.workers.map(\.hashrate)), headers: [DataHeaders.stale: "1"])
        }
        let answer = Self.answer(miner, hashrates: hashrates)
        kept.keep(answer, for: user.id, at: now)
        return Reply(answer)
    }

    private static func answer(_ miner: ClientStore.Miner, hashrates: [Double]) -> ClientStatus {
        ClientStatus(
            bestDifficulty: miner.bestDifficulty,
            workers: zip(miner.workers, hashrates).map { worker, hashrate in
                ClientWorker(
                    ordinal: worker.ordinal,
                    bestDifficulty: worker.bestDifficulty,
                    hashrate: hashrate,
                    startedAt: worker.startedAt,
                    lastSeen: worker.lastSeen
                )
            }
        )
    }

    /// Five-minute hashrates in one round trip, H/s.
    /// - Throws: `RedisError` when Redis is away.
    private func hashrates(of workers: [ClientStore.Worker], address: String, at now: Instant) async throws -> [Double] {
        try await rings.rings(workers.map { LiveKeys.workerRing(address, $0.name) }).map { $0.hashrates(at: now).fiveMinutes }
    }
}

/// Answers of the last seconds.
private final class KeptAnswers: Sendable {
    /// How long an answer is good, seconds.
    private static let life: Int64 = 10
    /// Most answers kept.
    private static let capacity = 1000

    private let answers = Mutex<[UserID: (answer: ClientStatus, until: Instant)]>([:])

    func answer(for user: UserID, at now: Instant) -> ClientStatus? {
        answers.withLock { answers in
            guard let kept = answers[user], now < kept.until else { return nil }
            return kept.answer
        }
    }

    func keep(_ answer: ClientStatus, for user: UserID, at now: Instant) {
        answers.withLock { answers in
            if answers.count >= Self.capacity { answers = answers.filter { now < $0.value.until } }
            if answers.count >= Self.capacity { answers.removeAll() }
            answers[user] = (answer, now.adding(seconds: Self.life))
        }
    }
}
