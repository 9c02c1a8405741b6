import Postgres
import Testing

@Suite("Borrowed connections")
struct ConnectionTests {
    private struct Refusal: Error {}

    @Test("a session lock excludes other sessions until it is released")
    func sessionLocks() async throws {
        try await withClient { client in
            try await client.withConnection { first in
                try await client.withConnection { second in
                    #expect(try await first.tryAdvisoryLock(7462, 2))
                    #expect(try await !second.tryAdvisoryLock(7462, 2))
                    #expect(try await second.tryAdvisoryLock(7462, 3))
                    #expect(try await first.tryAdvisoryLock(Int64.max))
                    #expect(try await !second.tryAdvisoryLock(Int64.max))
                    #expect(try await first.advisoryUnlock(7462, 2))
                    #expect(try await !first.advisoryUnlock(7462, 2))
                    try await second.advisoryLock(7462, 2)
                    #expect(try await second.advisoryUnlock(7462, 2))
                    try await second.advisoryLock(9)
                    #expect(try await !first.tryAdvisoryLock(9))
                }
            }
        }
    }

    @Test("a transaction's lock is released by its end")
    func transactionLocks() async throws {
        try await withClient { client in
            try await client.transaction { first in
                #expect(try await first.tryAdvisoryLock(1, 2))
                try await first.advisoryLock(5)
                try await client.transaction { second async throws in
                    #expect(try await !second.tryAdvisoryLock(1, 2))
                    #expect(try await !second.tryAdvisoryLock(5))
                }
            }
            try await client.transaction { third in
                try await third.advisoryLock(1, 2)
                #expect(try await third.tryAdvisoryLock(5))
            }
        }
    }

    @Test("what a borrower leaves behind does not reach the next one")
    func cleaning() async throws {
        try await withClient {
            $0.poolSize = 1...1
        } _: { client in
            try await client.withConnection { connection in
                try await connection.execute("set statement_timeout = '7s'")
                _ = try await connection.tryAdvisoryLock(1)
            }
            try await client.withConnection { connection async throws in
                let answer1 = try await connection.query("select current_setting('statement_timeout')").decode(String.self)
                #expect(answer1 == ["30s"])
                let answer2 = try await connection.query(
                    "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"
                ).decode(Int.self)
                #expect(answer2 == [0])
            }
        }
    }

    @Test("a connection left inside a transaction is not lent again")
    func unfinishedTransaction() async throws {
        try await withClient {
            $0.poolSize = 1...1
        } _: { client in
            let first = try await client.withConnection { connection in
                try await connection.execute("begin")
                try await connection.execute("create table t ()")
                _ = await postgresError { try await connection.execute("select 1/0") }
                return client.poolStatistics.size
            }
            #expect(first == 1)
            let answer3 = try await client.query("select to_regclass('t') is null", access: .write).decode(Bool.self)
            #expect(answer3 == [true])
        }
    }

    @Test("a connection cannot be used after the call that lent it, whether that returned or threw")
    func escape() async throws {
        try await withClient { client in
            let escaped = try await client.withConnection { $0 }
            #expect(await postgresError { try await escaped.execute("select 1") }?.kind == "closed")
            await #expect(throws: Refusal.self) { try await client.withConnection { _ in throw Refusal() } }
            #expect(client.poolStatistics.free == client.poolStatistics.size)
        }
    }

    @Test("a script of several statements is one transaction, and pipelining goes on after it")
    func scripts() async throws {
        try await withClient { client in
            try await client.withConnection { connection in
                try await connection.runScript("create table t (n int); insert into t values (1); -- done\ninsert into t values (2);")
                let answer4 = try await connection.query("select n from t order by n").decode(Int.self)
                #expect(answer4 == [1, 2])
                let error = await postgresError { try await connection.runScript("insert into t values (3); select 1/0;") }
                #expect(error?.sqlState == "22012")
                let answer5 = try await connection.query("select count(*) from t").decode(Int.self)
                #expect(answer5 == [2])
                #expect(await postgresError { try await connection.runScript("copy t from stdin") } != nil)
                #expect(await postgresError { try await connection.runScript("copy t to stdout") } != nil)
            }
            let answer6 = try await client.query("select count(*) from t").decode(Int.self)
            #expect(answer6 == [2])
        }
    }
}
