import HeapModule

/// What a pool with a few miners would send: a sequence of events with their times that follows from the seed alone.
///
/// Shares of each worker are a Poisson process; the achieved difficulty of a share is assigned / U with U uniform in (0, 1], which is how hashes below
/// a target are distributed. A pure value: whoever owns it decides when to send what ``next()`` returned.
public struct MiningSimulation: Sendable {
    static let hashesPerDifficulty = 4_294_967_296.0
    /// Seconds between blocks of the network: faster than Bitcoin's 600, so that a visitor sees some.
    static let meanSecondsBetweenBlocks = 240.0
    static let networkDifficulty = 126_271_255_279_306.0
    /// One share in this many is rejected.
    static let sharesPerReject = 60
    /// One share in this many is written in dialect F, and as many in dialect D.
    static let sharesPerForeignDialect = 25

    /// Size and speed of the simulation.
    public struct Configuration: Sendable {
        /// Addresses that mine.
        public var addresses: [String]
        /// Devices of each.
        public var workersPerMiner: Int
        /// Multiplies the rate of shares.
        public var rate: Double
        /// Everything random follows from it.
        public var seed: UInt64
        /// Pool time of the beginning in microseconds since the Unix epoch.
        public var start: Int64

        /// A configuration with two workers a miner at their natural rate.
        public init(addresses: [String], workersPerMiner: Int = 2, rate: Double = 1, seed: UInt64 = 1, start: Int64) {
            self.addresses = addresses
            self.workersPerMiner = workersPerMiner
            self.rate = rate
            self.seed = seed
            self.start = start
        }
    }

    private static let workerNames = ["garage", "office", "attic", "cellar", "balcony", "shed"]

    private enum Step {
        case connect
        case share
    }

    /// What a worker does next; ties go to the worker that was first.
    private struct Due: Comparable, Sendable {
        let time: Int64
        let worker: Int
        let step: Step

        static func < (left: Due, right: Due) -> Bool { (left.time, left.worker) < (right.time, right.worker) }
    }

    private let rate: Double
    private var random: SplitMix64
    private var workers: [SimulatedWorker] = []
    private var due: Heap<Due> = []
    private var nextBlock: Int64
    private var height: Int
    /// Events that belong right after the last one.
    private var pending: [PoolEvent] = []

    /// The beginning: every worker connects within the first second.
    public init(_ configuration: Configuration) {
        rate = configuration.rate
        random = SplitMix64(seed: configuration.seed)
        for address in configuration.addresses {
            for index in 0..<configuration.workersPerMiner {
                let names = Self.workerNames
                let name = index < names.count ? names[index] : "rig\(index)"
                workers.append(SimulatedWorker(address: address, name: name, clientID: workers.count + 1, random: &random))
            }
        }
        for index in workers.indices {
            due.insert(Due(time: configuration.start + Int64(random.unit() * 1_000_000), worker: index, step: .connect))
        }
        nextBlock = configuration.start + Self.microseconds(random.exponential(mean: Self.meanSecondsBetweenBlocks))
        height = Self.height(at: configuration.start)
    }

    /// Shares a second that the workers' hashrates give at a rate of 1.
    public var naturalRate: Double { workers.reduce(0) { $0 + 1 / $1.meanGap } }

    /// The next event; times never go back.
    public mutating func next() -> PoolEvent {
        if !pending.isEmpty { return pending.removeFirst() }
        guard let first = due.min, first.time <= nextBlock else { return networkBlock() }
        due.removeMin()
        let (time, step, worker) = (first.time, first.step, first.worker)
        defer {
            let next = time + Self.microseconds(random.exponential(mean: workers[worker].meanGap / rate))
            due.insert(Due(time: next, worker: worker, step: .share))
        }
        switch step {
        case .connect: return connect(worker, at: time)
        case .share: return share(worker, at: time)
        }
    }

    /// The disconnects of all workers, for an orderly end at `time`.
    public func farewell(at time: Int64) -> [PoolEvent] {
        workers.filter { $0.connectedAt > 0 }.map { worker in
            let seconds = Int(max(0, time - worker.connectedAt) / 1_000_000)
            return event(
                "miner_disconnected",
                worker,
                at: time,
                [
                    ("ip", .text(worker.internetAddress)), ("session_duration", .integer(seconds)),
                    ("shares_session", .integer(worker.shares)),
                    ("reason", .text("shutdown")),
                ]
            )
        }
    }

    private mutating func connect(_ index: Int, at time: Int64) -> PoolEvent {
        workers[index].connect(at: time)
        let worker = workers[index]
        return event(
            "miner_connected",
            worker,
            at: time,
            [
                ("ip", .text(worker.internetAddress)), ("useragent", .text("bitaxe/BM1370/v2.6.0")),
                ("initial_diff", .number(worker.difficulty)), ("asicboost_capable", .flag(true)),
            ]
        )
    }

    private mutating func share(_ index: Int, at time: Int64) -> PoolEvent {
        let worker = workers[index]
        let isAccepted = random.next() % UInt64(Self.sharesPerReject) != 0
        let achieved = isAccepted ? worker.difficulty / random.unit() : worker.difficulty * random.unit() * 0.99
        var members: [(String, PoolEvent.Value)] = [
            ("diff", .number(worker.difficulty)), ("sdiff", .number(achieved)), ("accepted", .flag(isAccepted)),
            ("ip", .text(worker.internetAddress)), ("hash", .text("00000000" + random.hex(bytes: 28))),
            ("nonce", .text(random.hex(bytes: 4))),
            ("nonce2", .text(random.hex(bytes: 8))),
        ]
        if !isAccepted { members.append(("reject_reason", .text("Above target"))) }
        var share = event("share_submitted", worker, at: time, members)
        share.identifier = random.uuid()
        share.dialect = dialect(isAccepted: isAccepted)
        if isAccepted { accept(index, achieved: achieved, at: time) }
        return share
    }

    private mutating func dialect(isAccepted: Bool) -> PoolEvent.Dialect {
        switch random.next() % UInt64(Self.sharesPerForeignDialect) {
        case 0: .flat
        case 1 where isAccepted: .dotted
        default: .native
        }
    }

    /// What an accepted share brings with it: a record, a new difficulty, the periodic hashrate.
    private mutating func accept(_ index: Int, achieved: Double, at time: Int64) {
        let previous = workers[index].best
        if workers[index].record(achieved: achieved) {
            pending.append(
                event(
                    "share_best_diff",
                    workers[index],
                    at: time,
                    [("new_best", .number(achieved)), ("prev_best", .number(previous)), ("timeframe", .text("session"))]
                )
            )
        }
        if let old = workers[index].retarget(random: &random) {
            pending.append(
                event(
                    "diff_updated",
                    workers[index],
                    at: time,
                    [("old_diff", .number(old)), ("new_diff", .number(workers[index].difficulty))]
                )
            )
        }
        if workers[index].shares % 20 == 0 {
            let names = ["hashrate_1m", "hashrate_5m", "hashrate_1h", "hashrate_1d"]
            let hashrate = workers[index].hashrate * rate
            pending.append(event("hashrate_update", workers[index], at: time, names.map { ($0, .number(hashrate.rounded())) }))
        }
    }

    private mutating func networkBlock() -> PoolEvent {
        let time = nextBlock
        nextBlock += Self.microseconds(random.exponential(mean: Self.meanSecondsBetweenBlocks))
        height = max(height + 1, Self.height(at: time))
        let hash = String(repeating: "0", count: 20) + random.hex(bytes: 22)
        return PoolEvent(
            name: "new_block_network",
            time: time,
            members: [("height", .integer(height)), ("hash", .text(hash)), ("diff", .number(Self.networkDifficulty))]
        )
    }

    private func event(
        _ name: String,
        _ worker: SimulatedWorker,
        at time: Int64,
        _ members: [(String, PoolEvent.Value)]
    ) -> PoolEvent {
        let identity: [(String, PoolEvent.Value)] = [
            ("user", .text(worker.address)), ("worker", .text("\(worker.address).\(worker.name)")),
            ("client_id", .integer(worker.clientID)),
        ]
        return PoolEvent(name: name, time: time, members: (identity + members).map { (name: $0.0, value: $0.1) })
    }

    private static func microseconds(_ seconds: Double) -> Int64 { max(1, Int64(seconds * 1_000_000)) }

    /// A height that grows with time, so that a restarted simulation does not find blocks of the past again.
    private static func height(at time: Int64) -> Int {
        900_000 + Int((time / 1_000_000 - 1_750_000_000) / Int64(meanSecondsBetweenBlocks))
    }
}
