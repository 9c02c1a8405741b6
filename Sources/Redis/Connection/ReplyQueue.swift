import DequeModule
import NIOCore

/// Matches replies with the commands they answer: first in, first out; with the deadlines of all of them on one timer.
///
/// A pure value; `Waiter` is whoever gets the replies.
struct ReplyQueue<Waiter> {
    /// What answers a command.
    enum Answer: Equatable {
        /// That many replies.
        case replies(Int)
        /// That many confirmations by push, one for each channel; an error comes as a reply in place of all of them.
        case confirmations(Int)
    }

    struct Entry {
        /// Nil when the one who waited has gone; the replies are still expected.
        var waiter: Waiter?
        let token: UInt64
        let deadline: NIODeadline
        var outstanding: Int
        let byPush: Bool
    }

    enum Delivery {
        case deliver(Waiter, last: Bool)
        /// The one who waited has gone.
        case discard
        /// Nothing on the way can be answered by this.
        case outOfStep
    }

    enum Timer: Equatable {
        case expired
        case rearm(NIODeadline)
        case idle
    }

    private var entries: Deque<Entry> = []
    /// When the timer will fire; nil when it is not set.
    private var armed: NIODeadline?

    /// Number of commands waiting for answers.
    var count: Int { entries.count }

    /// Adds a command that has been written; the deadline when the timer must be set to it, in place of any earlier setting.
    mutating func append(_ waiter: Waiter?, token: UInt64, deadline: NIODeadline, answer: Answer) -> NIODeadline? {
        switch answer {
        case .replies(let count):
            entries.append(Entry(waiter: waiter, token: token, deadline: deadline, outstanding: count, byPush: false))
        case .confirmations(let count):
            entries.append(Entry(waiter: waiter, token: token, deadline: deadline, outstanding: count, byPush: true))
        }
        // With equal timeouts this is true only for the first command of an idle connection.
        if let armed, armed <= deadline { return nil }
        armed = deadline
        return deadline
    }

    /// Takes a reply.
    mutating func reply(isError: Bool) -> Delivery {
        guard let head = entries.first else { return .outOfStep }
        if head.byPush {
            guard isError else { return .outOfStep }
            entries.removeFirst()
            return head.waiter.map { .deliver($0, last: true) } ?? .discard
        }
        return answerHead(head)
    }

    /// Takes the confirmation of a subscription or of its end.
    mutating func confirmation() -> Delivery {
        guard let head = entries.first, head.byPush else { return .outOfStep }
        return answerHead(head)
    }

    private mutating func answerHead(_ head: Entry) -> Delivery {
        let last = head.outstanding <= 1
        if last {
            entries.removeFirst()
        } else {
            entries[entries.startIndex].outstanding -= 1
        }
        return head.waiter.map { .deliver($0, last: last) } ?? .discard
    }

    /// Takes the waiter of a command away; its replies will be discarded.
    mutating func cancel(token: UInt64) -> Waiter? {
        guard let index = entries.firstIndex(where: { $0.token == token }) else { return nil }
        defer { entries[index].waiter = nil }
        return entries[index].waiter
    }

    /// The timer has fired. It is left running when commands are answered and looks for the next deadline only then.
    mutating func timerFired(now: NIODeadline) -> Timer {
        armed = nil
        guard let earliest = entries.lazy.map(\.deadline).min() else { return .idle }
        if earliest <= now { return .expired }
        armed = earliest
        return .rearm(earliest)
    }

    /// Empties the queue because the connection is gone.
    mutating func removeAll() -> [Entry] {
        armed = nil
        defer { entries.removeAll() }
        return Array(entries)
    }
}
