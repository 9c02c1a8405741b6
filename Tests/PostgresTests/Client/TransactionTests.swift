import Postgres
import Testing

@Suite("Transactions")
struct TransactionTests {
    private struct Refusal: Error {}

    private func withTable(_ configure: (inout PostgresConfiguration) -> Void = { _ in }, _ body: (PostgresClient) async throws -> Void)
        async throws
    {
        try await withClient(configure) { client in
            try await client.execute("create table t (n int constraint t_n_key unique deferrable)")
            try await body(client)
            let statistics = client.poolStatistics
            #expect(statistics.size == statistics.free, "every connection is back")
            #expect(statistics.waiters == 0)
        }
    }

    private func numbers(_ client: PostgresClient) async throws -> [Int] {
        try await client.query("select n from t order by n").decode(Int.self)
    }

    @Test("what the body did is there when it returns")
    func commit() async throws {
        try await withTable { client in
            let value = try await client.transaction { transaction in
                try await transaction.execute("insert into t values (\(1)), (\(2))")
                return try await transaction.query("select sum(n)::int from t").decode(Int.self)
            }
            #expect(value == [3])
            #expect(try await numbers(client) == [1, 2])
        }
    }

    @Test("nothing the body did is there when it throws")
    func rollback() async throws {
        try await withTable { client async throws in
            await #expect(throws: Refusal.self) {
                try await client.transaction { transaction in
                    try await transaction.execute("insert into t values (1)")
                    throw Refusal()
                }
            }
            #expect(try await numbers(client) == [])
        }
    }

    @Test("a cancelled task rolls back, and its running statement is cancelled on the server")
    func cancellation() async throws {
        try await withTable { client in
            let (started, signal) = AsyncStream<Int>.makeStream()
            let task = Task {
                try await client.transaction { transaction in
                    try await transaction.execute("insert into t values (1)")
                    signal.yield(try await transaction.query("select pg_backend_pid()").decode(Int.self).first ?? 0)
                    try await transaction.execute("select pg_sleep(600)")
                }
            }
            var iterator = started.makeAsyncIterator()
            let backend = try #require(await iterator.next())
            func isSleeping() async throws -> Bool {
                let active: SQL = "select exists(select from pg_stat_activity where pid = \(backend) and wait_event = 'PgSleep')"
                return try await client.query(active).decode(Bool.self) == [true]
            }
            while try await !isSleeping() { await Task.yield() }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await numbers(client) == [])
            #expect(try await !isSleeping())
        }
    }

    @Test("a body that ends after its task was cancelled is rolled back")
    func lateCancellation() async throws {
        try await withTable { client async throws in
            let task = Task {
                try await client.transaction { transaction in
                    try await transaction.execute("insert into t values (1)")
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await numbers(client) == [])
        }
    }

    @Test("a swallowed error cannot turn into a silent rollback")
    func swallowedError() async throws {
        try await withTable { client async throws in
            let error = await postgresError {
                try await client.transaction { transaction in
                    try await transaction.execute("insert into t values (1)")
                    _ = await postgresError { try await transaction.execute("insert into t values (1)") }
                }
            }
            #expect(error?.kind == "transaction_aborted")
            #expect(try await numbers(client) == [])
        }
    }

    @Test("a violation found at commit is thrown")
    func deferredViolation() async throws {
        try await withTable { client async throws in
            let error = await postgresError {
                try await client.transaction { transaction in
                    try await transaction.execute("set constraints all deferred")
                    try await transaction.execute("insert into t values (1), (1)")
                }
            }
            #expect(error?.constraint == "t_n_key")
            #expect(try await client.transaction { try await $0.execute("insert into t values (5)") } == 1)
        }
    }

    @Test("a failed savepoint undoes its own work only, also when nested")
    func savepoints() async throws {
        try await withTable { client in
            try await client.transaction { transaction in
                try await transaction.execute("insert into t values (1)")
                try await transaction.savepoint { inner in
                    try await inner.execute("insert into t values (2)")
                    let error = await postgresError {
                        try await inner.savepoint { innermost in
                            try await innermost.execute("insert into t values (3)")
                            try await innermost.execute("insert into t values (1)")
                        }
                    }
                    #expect(error?.isUniqueViolation == true)
                }
                await #expect(throws: Refusal.self) {
                    try await transaction.savepoint { inner in
                        try await inner.execute("insert into t values (4)")
                        throw Refusal()
                    }
                }
                try await transaction.execute("insert into t values (5)")
            }
            #expect(try await numbers(client) == [1, 2, 5])
        }
    }

    @Test("several statements travel in one round trip, and the first error skips the rest")
    func pipeline() async throws {
        try await withTable { client in
            try await client.transaction { transaction in
                let results = try await transaction.pipeline([
                    "insert into t values (\(1))", "insert into t select unnest(\([2, 3]))", "select count(*) from t",
                ])
                #expect(results.map(\.affected) == [1, 2, 1])
                #expect(try results[2].decode(Int.self) == [3])
                #expect(try await transaction.pipeline([]).isEmpty)
                let error = await postgresError {
                    try await transaction.savepoint {
                        try await $0.pipeline(["insert into t values (4)", "insert into t values (1)", "select 1/0"])
                    }
                }
                #expect(error?.constraint == "t_n_key")
            }
            #expect(try await numbers(client) == [1, 2, 3])
        }
    }

    @Test("statements started side by side in one transaction run one after the other")
    func concurrency() async throws {
        try await withTable { client in
            try await client.transaction { transaction async throws in
                async let first = transaction.execute("insert into t values (1)")
                async let second = transaction.execute("insert into t values (2)")
                #expect(try await first + second == 2)
            }
            #expect(try await numbers(client) == [1, 2])
        }
    }

    @Test("isolation levels are set")
    func isolation() async throws {
        try await withTable { client in
            for (level, name) in [
                (IsolationLevel.readCommitted, "read committed"), (.repeatableRead, "repeatable read"), (.serializable, "serializable"),
            ] {
                let actual = try await client.transaction(isolation: level) {
                    try await $0.query("select current_setting('transaction_isolation')").decode(String.self)
                }
                #expect(actual == [name])
            }
        }
    }

    @Test("a transaction cannot be used after its end")
    func escape() async throws {
        try await withTable { client in
            let escaped = try await client.transaction { $0 }
            #expect(await postgresError { try await escaped.execute("insert into t values (1)") }?.kind == "closed")
        }
    }

    @Test("a body that runs no statement is no harm")
    func empty() async throws {
        try await withTable { client async throws in
            #expect(try await client.transaction { _ in 7 } == 7)
            await #expect(throws: Refusal.self) { try await client.transaction { _ in throw Refusal() } }
        }
    }

    @Test("a deadlock is reported to its victim, and the other side goes on")
    func deadlock() async throws {
        try await withTable { client in
            try await client.execute("insert into t values (1), (2)")
            let outcomes = await withTaskGroup(of: String.self) { group in
                let (both, arrive) = AsyncStream<Void>.makeStream()
                let gates = (0..<2).map { _ in AsyncStream<Void>.makeStream() }
                for (index, order) in [[1, 2], [2, 1]].enumerated() {
                    group.addTask {
                        let error = await postgresError {
                            try await client.transaction { transaction in
                                try await transaction.execute("update t set n = n where n = \(order[0])")
                                arrive.yield()
                                var gate = gates[index].stream.makeAsyncIterator()
                                _ = await gate.next()
                                try await transaction.execute("update t set n = n where n = \(order[1])")
                            }
                        }
                        return error?.kind ?? "ok"
                    }
                }
                var iterator = both.makeAsyncIterator()
                _ = await iterator.next()
                _ = await iterator.next()
                for gate in gates { gate.continuation.yield() }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.sorted() == ["deadlock", "ok"])
        }
    }
}
