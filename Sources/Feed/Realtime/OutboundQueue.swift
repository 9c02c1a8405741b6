import DequeModule
import NIOCore

/// What may happen to a message that waits behind others (spec 04 §7.4).
enum OutboundClass: Sendable, Equatable {
    /// Personal facts and acknowledgements: never dropped.
    case kept
    /// Dropped when the queue is full: shares before broadcasts, the oldest first.
    case share, broadcast
    /// A figure of which only the latest value matters; it takes the place of the queued one of the same key.
    case replaceable(ReplaceKey)
}

/// Which figure a replaceable message tells: its type, and the worker, scope and period, or match it is about.
struct ReplaceKey: Sendable, Hashable {
    let type: String
    var subject = ""
}

/// The messages that wait for one slow socket, as a value. A socket that keeps up has none.
struct OutboundQueue: Sendable {
    /// What came of a message that had to wait.
    enum Outcome: Sendable, Equatable {
        /// It waits; so many older ones had to make room.
        case queued(dropped: Int)
        /// There is no room for a message of its class.
        case dropped
        /// There is no room for a message that must not be lost: the client is too slow.
        case overflow
    }

    private struct Entry: Sendable {
        var frame: ByteBuffer
        let kind: OutboundClass
    }

    static let maximumCount = 256
    /// With what the channel itself may hold, a mebibyte.
    static let maximumBytes = (1 << 20) - 128 * 1024

    private var entries = Deque<Entry>()
    private(set) var bytes = 0

    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }

    mutating func append(_ frame: ByteBuffer, _ kind: OutboundClass) -> Outcome {
        let length = frame.readableBytes
        if case .replaceable = kind, let index = entries.firstIndex(where: { $0.kind == kind }) {
            bytes -= entries[index].frame.readableBytes
            guard bytes + length > Self.maximumBytes else {
                bytes += length
                entries[index].frame = frame
                return .queued(dropped: 0)
            }
            // It does not fit in the old one's place; the old one is out of date in any case.
            entries.remove(at: index)
        }
        var dropped = 0
        while entries.count >= Self.maximumCount || bytes + length > Self.maximumBytes {
            guard let victim = victim(for: kind) else { return kind == .kept ? .overflow : .dropped }
            bytes -= entries.remove(at: victim).frame.readableBytes
            dropped += 1
        }
        entries.append(Entry(frame: frame, kind: kind))
        bytes += length
        return .queued(dropped: dropped)
    }

    mutating func popFirst() -> ByteBuffer? {
        guard let entry = entries.popFirst() else { return nil }
        bytes -= entry.frame.readableBytes
        return entry.frame
    }

    /// The oldest of the least important entries that a message of a class may displace.
    private func victim(for kind: OutboundClass) -> Int? {
        if let share = entries.firstIndex(where: { $0.kind == .share }) { return share }
        if kind == .share { return nil }
        if let broadcast = entries.firstIndex(where: { $0.kind == .broadcast }) { return broadcast }
        // The next tick tells figures again; facts it does not.
        guard kind == .kept else { return nil }
        return entries.firstIndex { if case .replaceable = $0.kind { true } else { false } }
    }
}
