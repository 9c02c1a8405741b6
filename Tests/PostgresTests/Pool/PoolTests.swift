import Postgres
import Testing

@Suite("Connection pool")
struct PoolTests {
    @Test("a caller that waits too long gives up; the connection goes back and is lent again")
    func acquireTimeout() async throws {
        try await withClient {
            $0.poolSize = 1...1
            $0.acquireTimeout = .milliseconds(50)
            $0.connectTimeout = .seconds(20)
        } _: { client in
            _ = try await eventually { try await client.execute("select 1") }
            try await client.withConnection { _ in
                let errors = await withTaskGroup(of: String?.self) { group in
                    for _ in 0..<5 { group.addTask { await postgresError { try await client.execute("select 1") }?.kind } }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(errors == Array(repeating: "acquire_timeout", count: 5))
            }
            #expect(try await client.execute("select 1") == 1)
            #expect(client.poolStatistics.waiters == 0)
        }
    }

    @Test("a cancelled waiter leaves the queue and takes no connection with it")
    func cancelledWaiter() async throws {
        try await withClient {
            $0.poolSize = 1...1
        } _: { client in
            try await client.withConnection { _ in
                let waiter = Task { try await client.execute("select 1") }
                while client.poolStatistics.waiters == 0 { await Task.yield() }
                waiter.cancel()
                await #expect(throws: CancellationError.self) { try await waiter.value }
                #expect(client.poolStatistics.waiters == 0)
            }
            #expect(client.poolStatistics.free == 1)
        }
    }

    @Test("hundreds of transactions share a few connections, and all come back")
    func sharing() async throws {
        try await withClient {
            $0.poolSize = 2...5
        } _: { client in
            try await client.execute("create table t (n int)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for n in 0..<300 {
                    group.addTask {
                        do {
                            try await client.transaction { transaction in
                                try await transaction.execute("insert into t values (\(n))")
                                if n % 3 == 0 { throw CancellationError() }
                            }
                        } catch is CancellationError {}
                    }
                }
                try await group.waitForAll()
            }
            let answer1 = try await client.query("select count(*) from t").decode(Int.self)
            #expect(answer1 == [200])
            let statistics = client.poolStatistics
            #expect(statistics.size <= 5)
            #expect(statistics.free == statistics.size)
            #expect(statistics.waiters == 0)
        }
    }

    @Test("reads go past a shared connection that is busy with a long statement")
    func longStatement() async throws {
        try await withClient { client in
            try await client.withConnection { holder in
                try await holder.execute("select pg_advisory_lock(7)")
                let long = Task { try await client.query("select 1 from pg_advisory_lock_shared(7)").count }
                let waiting: SQL = """
                    select count(*) from pg_stat_activity where wait_event = 'advisory' and clock_timestamp() - query_start > '50 ms'
                    """
                while try await holder.query(waiting).decode(Int.self) == [0] { await Task.yield() }
                for _ in 0..<20 { #expect(try await client.query("select 1").count == 1) }
                #expect(try await holder.query(waiting).decode(Int.self) == [1])
                try await holder.execute("select pg_advisory_unlock(7)")
                #expect(try await long.value == 1)
            }
        }
    }

    @Test("a closed client refuses work, and closing twice is no harm")
    func closing() async throws {
        try await withClient { client in
            _ = try await client.query("select 1")
            await client.close()
            await client.close()
            #expect(await postgresError { try await client.query("select 1") }?.kind == "closed")
            #expect(await postgresError { try await client.execute("select 1") }?.kind == "closed")
            #expect(await postgresError { try await client.transaction { try await $0.execute("select 1") } }?.kind == "closed")
        }
    }

    @Test("run opens the minimum of connections and closes the client when it is cancelled")
    func running() async throws {
        try await withClient {
            $0.poolSize = 3...5
        } _: { client in
            let run = Task { await client.run() }
            while client.poolStatistics.size < 3 { await Task.yield() }
            run.cancel()
            await run.value
            #expect(await postgresError { try await client.query("select 1") }?.kind == "closed")
        }
    }
}
