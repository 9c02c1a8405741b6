import Testing

@testable import Postgres

@Suite("PoolState")
struct PoolStateTests {
    private final class Fake: PooledConnection {
        var isOpen = true
        var load = 0
        var slowFrom = UInt64.max

        func isSlow(at now: UInt64) -> Bool { now >= slowFrom }
    }
    private typealias Pool = PoolState<Fake, String>

    private func pool(_ mode: Pool.Mode = .lending, _ size: ClosedRange<Int> = 1...2) -> Pool {
        Pool(mode: mode, size: size, idleTimeout: 100)
    }

    private func granted(_ grant: Pool.Grant) -> Fake? {
        if case .connection(let connection) = grant { connection } else { nil }
    }

    private func refused(_ grant: Pool.Grant) -> String? {
        if case .refuse(let error) = grant { error.kind } else { nil }
    }

    @Test("the first caller waits for a connection to be made, and gets it")
    func firstUse() {
        var pool = pool()
        #expect(granted(pool.acquire(now: 0)) == nil)
        #expect(pool.enqueue("a", id: 1, deadline: 10, now: 0).connects == 1)
        let actions = pool.connected(Fake(), now: 0)
        #expect(actions.grants.map(\.0) == ["a"])
        #expect(pool.statistics == (1, 0, 0))
    }

    @Test("no more connections are made than waiters and the maximum call for")
    func growth() {
        var pool = pool()
        let connects = ["a", "b", "c"].enumerated().map { pool.enqueue($1, id: $0, deadline: 10, now: 0).connects }
        #expect(connects == [1, 1, 0])
        #expect(pool.statistics.waiters == 3)
    }

    @Test("waiters are served in the order of their arrival, before newcomers")
    func order() {
        var pool = pool(.lending, 1...1)
        _ = pool.enqueue("a", id: 1, deadline: 10, now: 0)
        let connection = Fake()
        _ = pool.connected(connection, now: 0)
        _ = pool.enqueue("b", id: 2, deadline: 10, now: 0)
        _ = pool.enqueue("c", id: 3, deadline: 10, now: 0)
        #expect(granted(pool.acquire(now: 0)) == nil)
        #expect(pool.release(connection, now: 1).grants.map(\.0) == ["b"])
        #expect(pool.release(connection, now: 2).grants.map(\.0) == ["c"])
        #expect(pool.release(connection, now: 3).grants.isEmpty)
        #expect(granted(pool.acquire(now: 0)) === connection)
    }

    @Test("waiters whose patience ends are turned away, later ones stay")
    func patience() {
        var pool = pool(.lending, 1...1)
        _ = pool.enqueue("a", id: 1, deadline: 10, now: 0)
        _ = pool.enqueue("b", id: 2, deadline: 20, now: 0)
        #expect(pool.nextDeadline == 10)
        let actions = pool.expire(now: 15)
        #expect(actions.refusals.map(\.0) == ["a"])
        #expect(actions.refusals.map(\.1.kind) == ["acquire_timeout"])
        #expect(pool.nextDeadline == 20)
    }

    @Test("a cancelled waiter is removed once")
    func cancellation() {
        var pool = pool(.lending, 1...1)
        _ = pool.enqueue("a", id: 1, deadline: 10, now: 0)
        #expect(pool.cancel(id: 1) == "a")
        #expect(pool.cancel(id: 1) == nil)
        #expect(pool.connected(Fake(), now: 0).grants.isEmpty)
        #expect(pool.statistics == (1, 1, 0))
    }

    @Test("while the server is down waiters and callers fail at once, and one attempt at a time is made")
    func outage() {
        var pool = pool(.lending, 2...4)
        #expect(pool.enqueue("a", id: 1, deadline: 10, now: 0).connects == 2)
        let first = pool.connectFailed()
        #expect(first.refusals.map(\.1.kind) == ["unavailable"])
        #expect(first.schedulesRetry)
        #expect(!pool.connectFailed().schedulesRetry)
        #expect(refused(pool.acquire(now: 0)) == "unavailable")
        #expect(pool.retry().connects == 1)
        #expect(pool.connectFailed().schedulesRetry)
        #expect(pool.retry().connects == 1)
        let back = pool.connected(Fake(), now: 5)
        #expect(back.connects == 1)
        #expect(granted(pool.acquire(now: 0)) != nil)
    }

    @Test("a failed attempt does not turn waiters away while a connection is lent")
    func partialOutage() {
        var pool = pool(.lending, 1...2)
        _ = pool.enqueue("a", id: 1, deadline: 10, now: 0)
        let connection = Fake()
        _ = pool.connected(connection, now: 0)
        _ = pool.enqueue("b", id: 2, deadline: 10, now: 0)
        #expect(pool.connectFailed().refusals.isEmpty)
        #expect(pool.release(connection, now: 1).grants.map(\.0) == ["b"])
    }

    @Test("a broken connection is replaced, whether it was free or lent")
    func replacement() {
        var pool = pool(.lending, 1...2)
        _ = pool.enqueue("a", id: 1, deadline: 10, now: 0)
        let connection = Fake()
        _ = pool.connected(connection, now: 0)
        connection.isOpen = false
        #expect(pool.lost(connection).connects == 0)
        #expect(pool.release(connection, now: 1).connects == 1)
        let second = Fake()
        _ = pool.connected(second, now: 2)
        second.isOpen = false
        #expect(pool.lost(second).connects == 1)
        #expect(pool.statistics == (0, 0, 0))
    }

    @Test("a connection that closed unnoticed is not lent")
    func staleConnection() {
        var pool = pool()
        _ = pool.start()
        let connection = Fake()
        _ = pool.connected(connection, now: 0)
        connection.isOpen = false
        #expect(granted(pool.acquire(now: 0)) == nil)
    }

    @Test("connections above the minimum are closed after lying idle")
    func shrinking() {
        var pool = pool(.lending, 1...3)
        for id in 1...3 { _ = pool.enqueue("\(id)", id: id, deadline: 10, now: 0) }
        let connections = (0..<3).map { _ in Fake() }
        for connection in connections { _ = pool.connected(connection, now: 0) }
        for connection in connections { #expect(pool.release(connection, now: 10).closes.isEmpty) }
        #expect(granted(pool.acquire(now: 0)) === connections[2])
        #expect(pool.release(connections[2], now: 200).closes.count == 2)
        #expect(pool.statistics == (1, 1, 0))
    }

    @Test("a closed pool refuses callers and closes connections as they come back")
    func closing() {
        var pool = pool(.lending, 1...1)
        _ = pool.enqueue("a", id: 1, deadline: 10, now: 0)
        let connection = Fake()
        _ = pool.connected(connection, now: 0)
        _ = pool.enqueue("b", id: 2, deadline: 10, now: 0)
        #expect(pool.close().refusals.map(\.1.kind) == ["closed"])
        #expect(refused(pool.acquire(now: 0)) == "closed")
        #expect(pool.release(connection, now: 1).closes.count == 1)
        #expect(pool.retry().connects == 0)
    }

    @Test("sharing gives everybody who waits a connection and keeps it")
    func sharing() {
        var pool = pool(.sharing, 2...2)
        #expect(pool.enqueue("a", id: 1, deadline: 10, now: 0).connects == 2)
        _ = pool.enqueue("b", id: 2, deadline: 10, now: 0)
        let (first, second) = (Fake(), Fake())
        #expect(pool.connected(first, now: 0).grants.map(\.0) == ["a", "b"])
        _ = pool.connected(second, now: 0)
        second.isOpen = false
        #expect(granted(pool.acquire(now: 0)) === first)
        #expect(pool.lost(second).connects == 1)
    }

    @Test("callers keep together on the first connection while it has room and answers")
    func together() {
        var pool = pool(.sharing, 3...3)
        _ = pool.start()
        let connections = [Fake(), Fake(), Fake()]
        for connection in connections { _ = pool.connected(connection, now: 0) }
        #expect(granted(pool.acquire(now: 5)) === connections[0])
        connections[0].load = 31
        #expect(granted(pool.acquire(now: 5)) === connections[0])
        connections[0].load = 32
        #expect(granted(pool.acquire(now: 5)) === connections[1])
        connections[0].load = 1
        connections[0].slowFrom = 7
        #expect(granted(pool.acquire(now: 6)) === connections[0])
        #expect(granted(pool.acquire(now: 7)) === connections[1])
        connections[1].isOpen = false
        #expect(granted(pool.acquire(now: 7)) === connections[2])
    }

    @Test("when all are full or slow the least loaded is taken, and equal load is spread")
    func spreading() {
        var pool = pool(.sharing, 2...2)
        _ = pool.start()
        let connections = [Fake(), Fake()]
        for connection in connections {
            _ = pool.connected(connection, now: 0)
            connection.load = 40
            connection.slowFrom = 0
        }
        let picks = (0..<4).compactMap { _ in granted(pool.acquire(now: 1)) }
        #expect(picks.filter { $0 === connections[0] }.count == 2)
        connections[1].load = 39
        #expect(granted(pool.acquire(now: 1)) === connections[1])
        connections[1].isOpen = false
        #expect(granted(pool.acquire(now: 1)) === connections[0])
    }
}

@Suite("Backoff")
struct BackoffTests {
    @Test("delays double up to the limit, lie between half and the whole of a step, and start again after a reset")
    func delays() {
        var backoff = Backoff(.milliseconds(200)...Duration.seconds(5))
        #expect((0..<7).map { _ in backoff.delay(jitter: 1) } == [200, 400, 800, 1_600, 3_200, 5_000, 5_000].map { .milliseconds($0) })
        #expect(backoff.delay(jitter: 0) == .milliseconds(2_500))
        backoff.reset()
        #expect(backoff.delay(jitter: 0) == .milliseconds(100))
    }
}
