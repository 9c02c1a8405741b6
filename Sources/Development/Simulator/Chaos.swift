import Glibc

/// Misbehaves on purpose (`tbg simulate --chaos`): what a pool with bugs, a bad clock or a bad line would send. A pure value: one event goes
/// in, datagrams come out, some of them later.
public struct Chaos: Sendable {
    /// One event in so many suffers from each fault.
    private static let oneIn: UInt64 = 20
    /// Events held back at most.
    private static let holdBack = 50

    /// Kinds of misbehaviour.
    public enum Fault: CaseIterable, Sendable {
        /// The same datagram again at once.
        case duplicate
        /// The same share again with a fresh time and no id.
        case nearDuplicate
        /// Later than events that came after it.
        case disorder
        /// Minutes ahead or behind.
        case clockSkew
        /// No event at all.
        case malformed
        /// A member whose value cannot be.
        case badValue
        /// Many events held back and sent at once.
        case burst
        /// A member and an event nobody knows.
        case unknown
    }

    private var random: SplitMix64
    private var held: [String] = []
    private var isHolding = false
    /// Waits for the next event to overtake it.
    private var late: String?

    /// Everything random follows from the seed.
    public init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// What is sent in place of an event.
    public mutating func datagrams(for event: PoolEvent) -> [String] {
        let datagram = event.encoded()
        if let overtaken = late {
            late = nil
            return [datagram, overtaken]
        }
        if isHolding {
            held.append(datagram)
            return held.count >= Self.holdBack ? release() : []
        }
        guard random.next() % Self.oneIn == 0 else { return [datagram] }
        return suffer(Fault.allCases[Int(random.next() % UInt64(Fault.allCases.count))], event, datagram)
    }

    /// What is still held back.
    public mutating func release() -> [String] {
        isHolding = false
        defer {
            held = []
            late = nil
        }
        return held + [late].compactMap { $0 }
    }

    mutating func suffer(_ fault: Fault, _ event: PoolEvent, _ datagram: String) -> [String] {
        switch fault {
        case .duplicate: return [datagram, datagram]
        case .nearDuplicate:
            var first = event
            first.dialect = .native
            first.identifier = nil
            return [first.encoded(), first.moved(by: 150_000).encoded()]
        case .disorder:
            late = datagram
            return []
        case .clockSkew:
            let minutes = Int64([-60, -4, 1, 10, 600][Int(random.next() % 5)])
            return [event.moved(by: minutes * 60_000_000).encoded()]
        case .malformed:
            let cut = datagram.prefix(Int(random.next() % UInt64(datagram.count)))
            return [[String(cut), datagram + datagram, "", "null", "{\"event\":7}", "\u{0}"][Int(random.next() % 6)], datagram]
        case .badValue:
            let bad = ["-5", "1e400", "\"many\"", "0"][Int(random.next() % 4)]
            return [
                "{\"event\":\"share_submitted\",\"ts\":\(PoolEvent.decimal(event.time)),\"data\":{\"user\":\"x\",\"worker\":\"y\",\"diff\":\(bad),\"sdiff\":1}}",
                datagram,
            ]
        case .burst:
            isHolding = true
            held = [datagram]
            return []
        case .unknown:
            return [
                "{\"event\":\"pool_mood\",\"ts\":\(PoolEvent.decimal(event.time)),\"data\":{\"mood\":\"good\"}}",
                datagram.replacing("\"worker\":", with: "\"firmware\":\"2.6\",\"worker\":"),
            ]
        }
    }
}
