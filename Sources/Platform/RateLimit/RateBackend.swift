/// Where rate limits are counted at present (spec 01 §7.4): in Redis while it answers in time, else on this node. A pure value that is told
/// what happened.
struct RateBackend: Sendable, Equatable {
    /// What to do with a request.
    enum Plan: Sendable, Equatable {
        /// Redis decides.
        case redis
        /// This node decides, and Redis is tried.
        case probe
        /// This node decides.
        case local
    }

    /// Answers in a row after which Redis is believed again.
    static let neededAnswers = 3
    /// Shortest time between two attempts, milliseconds.
    static let probeInterval: Int64 = 1000

    private(set) var isLocal = false
    private var answers = 0
    private var lastTry: Int64 = 0

    /// - Parameter now: Unix milliseconds. A clock that was set back does not silence the probes.
    mutating func plan(at now: Int64) -> Plan {
        guard isLocal else { return .redis }
        guard abs(now - lastTry) >= Self.probeInterval else { return .local }
        lastTry = now
        return .probe
    }

    /// Redis failed or was late; whether that is a change.
    mutating func failed(at now: Int64) -> Bool {
        defer {
            isLocal = true
            answers = 0
            lastTry = now
        }
        return !isLocal
    }

    /// Redis answered in time; whether that ends the local mode.
    mutating func answered() -> Bool {
        guard isLocal else { return false }
        answers += 1
        guard answers >= Self.neededAnswers else { return false }
        self = RateBackend()
        return true
    }
}
