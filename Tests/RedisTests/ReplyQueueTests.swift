import NIOCore
import Testing

@testable import Redis

@Suite("Matching replies with commands")
struct ReplyQueueTests {
    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(UInt64(seconds) * 1_000_000_000) }

    /// A delivery in a form that can be compared.
    private func text(_ delivery: ReplyQueue<String>.Delivery) -> String {
        switch delivery {
        case .deliver(let waiter, let last): last ? waiter : "\(waiter)…"
        case .discard: "discard"
        case .outOfStep: "out of step"
        }
    }

    private func text(_ timer: ReplyQueue<String>.Timer) -> String {
        switch timer {
        case .expired: "expired"
        case .timedOut(let waiters, let next): "\(waiters) \(next.map { "\($0.uptimeNanoseconds / 1_000_000_000)" } ?? "nil")"
        }
    }

    @Test("replies go to commands in order")
    func order() {
        var queue = ReplyQueue<String>()
        for (token, name) in ["a", "b", "c"].enumerated() {
            _ = queue.append(name, token: UInt64(token), deadline: at(1), limit: at(1), answer: .replies(1))
        }
        #expect((0..<4).map { _ in text(queue.reply(isError: false)) } == ["a", "b", "c", "out of step"])
    }

    @Test("a pipeline takes as many replies as it has commands, errors included")
    func several() {
        var queue = ReplyQueue<String>()
        _ = queue.append("p", token: 1, deadline: at(1), limit: at(1), answer: .replies(3))
        _ = queue.append("q", token: 2, deadline: at(1), limit: at(1), answer: .replies(1))
        #expect([false, true, false, false].map { text(queue.reply(isError: $0)) } == ["p…", "p…", "p", "q"])
    }

    @Test("the replies of a cancelled command are discarded and the next command gets its own")
    func cancellation() {
        var queue = ReplyQueue<String>()
        _ = queue.append("a", token: 1, deadline: at(1), limit: at(1), answer: .replies(2))
        _ = queue.append("b", token: 2, deadline: at(1), limit: at(1), answer: .replies(1))
        #expect(queue.cancel(token: 1) == "a")
        #expect(queue.cancel(token: 1) == nil)
        #expect(queue.cancel(token: 9) == nil)
        #expect((0..<3).map { _ in text(queue.reply(isError: false)) } == ["discard", "discard", "b"])
    }

    @Test("subscriptions wait for confirmations, or for one error in place of all")
    func confirmations() {
        var queue = ReplyQueue<String>()
        _ = queue.append("s", token: 1, deadline: at(1), limit: at(1), answer: .confirmations(2))
        _ = queue.append("t", token: 2, deadline: at(1), limit: at(1), answer: .confirmations(3))
        _ = queue.append("ping", token: 3, deadline: at(1), limit: at(1), answer: .replies(1))
        #expect(text(queue.reply(isError: false)) == "out of step")
        #expect(text(queue.confirmation()) == "s…")
        #expect(text(queue.confirmation()) == "s")
        #expect(text(queue.reply(isError: true)) == "t")
        #expect(text(queue.confirmation()) == "out of step")
        #expect(text(queue.reply(isError: false)) == "ping")
    }

    @Test("one timer serves all commands and is set again only for earlier deadlines")
    func timer() {
        var queue = ReplyQueue<String>()
        #expect(queue.append("a", token: 1, deadline: at(5), limit: at(5), answer: .replies(1)) == at(5))
        #expect(queue.append("b", token: 2, deadline: at(6), limit: at(6), answer: .replies(1)) == nil)
        #expect(queue.append("c", token: 3, deadline: at(3), limit: at(3), answer: .replies(1)) == at(3))
        #expect(text(queue.timerFired(now: at(2))) == "[] 3")
        #expect(text(queue.timerFired(now: at(3))) == "expired")
    }

    @Test("the timer moves on to the commands that came later, and rests without any")
    func rearming() {
        var queue = ReplyQueue<String>()
        _ = queue.append("a", token: 1, deadline: at(1), limit: at(1), answer: .replies(1))
        _ = queue.append("b", token: 2, deadline: at(2), limit: at(2), answer: .replies(1))
        _ = queue.reply(isError: false)
        #expect(text(queue.timerFired(now: at(1))) == "[] 2")
        _ = queue.reply(isError: false)
        #expect(text(queue.timerFired(now: at(2))) == "[] nil")
        #expect(queue.append("c", token: 3, deadline: at(9), limit: at(9), answer: .replies(1)) == at(9))
    }

    @Test("an impatient caller stops waiting, its reply is discarded, and only the limit ends the connection")
    func impatience() {
        var queue = ReplyQueue<String>()
        #expect(queue.append("hasty", token: 1, deadline: at(1), limit: at(4), answer: .replies(1)) == at(1))
        #expect(queue.append("calm", token: 2, deadline: at(5), limit: at(5), answer: .replies(1)) == nil)
        #expect(text(queue.timerFired(now: at(1))) == "[\"hasty\"] 4")
        #expect(text(queue.timerFired(now: at(3))) == "[] 4")
        var dead = queue
        #expect(text(dead.timerFired(now: at(4))) == "expired")
        #expect(text(queue.reply(isError: false)) == "discard")
        #expect(text(queue.reply(isError: false)) == "calm")
    }

    @Test("a cancelled command still counts: without its reply the connection is dead")
    func cancelledExpires() {
        var queue = ReplyQueue<String>()
        _ = queue.append("a", token: 1, deadline: at(1), limit: at(2), answer: .replies(1))
        _ = queue.cancel(token: 1)
        #expect(text(queue.timerFired(now: at(1))) == "[] 2")
        #expect(text(queue.timerFired(now: at(2))) == "expired")
    }

    @Test("a lost connection hands all commands back")
    func removal() {
        var queue = ReplyQueue<String>()
        _ = queue.append("a", token: 1, deadline: at(1), limit: at(1), answer: .replies(1))
        _ = queue.append(nil, token: 2, deadline: at(1), limit: at(1), answer: .replies(1))
        #expect(queue.removeAll().map(\.waiter) == ["a", nil])
        #expect(queue.count == 0)
        #expect(queue.append("c", token: 3, deadline: at(2), limit: at(2), answer: .replies(1)) == at(2))
    }
}
