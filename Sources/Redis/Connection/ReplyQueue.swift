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
        /// When the waiter stops waiting.
        let deadline: NIODeadline
        /// When the connection counts as dead if the replies have not come.
        let limit: NIODeadline
        var outstanding: Int
        let byPush: Bool

        /// When the timer must look at this command.
        fileprivate var alarm: NIODeadline { waiter == nil ? limit : min(deadline, limit) }
    }

    enum Delivery {
        case deliver(Waiter, last: Bool)
        /// The one who waited has gone.
        case discard
        /// Nothing on the way can be answered by this.
        case outOfStep
    }

    enum Timer {
        /// The connection is dead.
        case expired
        /// These stop waiting, while their replies are still expected; the timer is to be set again unless nil.
        case timedOut([Waiter], rearm: NIODeadline?)
    }

    private var entries: Deque<Entry> = []
    /// When the timer will fire; nil when it is not set.
    private var armed: NIODeadline?

    /// Number of commands waiting for answers.
    var count: Int { entries.count }

    /// Adds a command that has been written; the deadline when the timer must be set to it, in place of any earlier setting.
    mutating func append(
        _ waiter: Waiter?,
        token: UInt64,
        deadline: NIODeadline,
        limit: NIODeadline,
        answer: Answer
    ) -> NIODeadline? {
        let (outstanding, byPush) =
            switch answer {
            case .replies(let count): (count, false)
            case .confirmations(let count): (count, true)
            }
        let entry = Entry(
            waiter: waiter,
            token: token,
            deadline: deadline,
            limit: limit,
            outstanding: outstanding,
            byPush: byPush
        )
        entries.append(entry)
        // With equal timeouts this is true only for the first command of an idle connection.
        if let armed, armed <= entry.alarm { return nil }
        armed = entry.alarm
        return entry.alarm
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
        var timedOut: [Waiter] = []
        for index in entries.indices where entries[index].alarm <= now {
            if entries[index].limit <= now { return .expired }
            if let waiter = entries[index].waiter { timedOut.append(waiter) }
            entries[index].waiter = nil
        }
        armed = entries.lazy.map(\.alarm).min()
        return .timedOut(timedOut, rearm: armed)
    }

    /// Empties the queue because the connection is gone.
    mutating func removeAll() -> [Entry] {
        armed = nil
        defer { entries.removeAll() }
        return Array(entries)
    }
}
