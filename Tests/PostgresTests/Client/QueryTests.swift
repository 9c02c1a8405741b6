import Postgres
import Testing

@Suite("Queries")
struct QueryTests {
    @Test("rows decode by position, with names and counts")
    func rows() async throws {
        try await withClient { client in
            let rows = try await client.query("select n, 'name ' || n as label from generate_series(1, \(3)) n order by n")
            #expect(rows.columns == ["n", "label"])
            #expect(rows.affected == 3)
            let decoded = try rows.decode((Int, String).self)
            #expect(decoded.map(\.0) == [1, 2, 3])
            #expect(decoded.map(\.1) == ["name 1", "name 2", "name 3"])
            #expect(try rows[1].decode(Int.self) == 2)
            #expect(rows[0].columnCount == 2)
        }
    }

    @Test("a column that does not exist reads as NULL and a failure names its position")
    func missingColumn() async throws {
        try await withClient { client in
            let rows = try await client.query("select 1")
            #expect(try rows[0].decode((Int, Int?).self).1 == nil)
            let error = await postgresError { try rows[0].decode((Int, Int).self) }
            guard case .decoding(let detail)? = error else { throw try #require(error) }
            #expect(detail.column == 1)
        }
    }

    @Test("text outside the parameters never becomes SQL")
    func injection() async throws {
        try await withClient { client in
            try await client.execute("create table t (name text)")
            let hostile = "x'); drop table t; --"
            try await client.execute("insert into t values (\(hostile))")
            let answer1 = try await client.query("select name from t where name = \(hostile)").decode(String.self)
            #expect(answer1 == [hostile])
            try await client.execute("create table \(identifier: "odd \"name\"") (a text default \(literal: "it's \\ odd"))")
            try await client.execute("insert into \(identifier: "odd \"name\"") default values")
            let answer2 = try await client.query("select a from \(identifier: "odd \"name\"")").decode(String.self)
            #expect(answer2 == ["it's \\ odd"])
        }
    }

    @Test("session settings are those of the specification")
    func settings() async throws {
        try await withClient {
            $0.applicationName = "tbg-test"
        } _: { client in
            let sql: SQL = """
                select current_setting('timezone'), current_setting('jit'), current_setting('statement_timeout'), current_setting('lock_timeout'),
                       current_setting('idle_in_transaction_session_timeout'), current_setting('application_name'), current_setting('transaction_read_only')
                """
            for (access, readOnly) in [(PostgresClient.Access.read, "on"), (.write, "off")] {
                let row = try #require(try await client.query(sql, access: access).first)
                let values = try (0..<7).map { try String(postgres: row[$0]) }
                #expect(values == ["UTC", "off", "30s", "5s", "1min", "tbg-test", readOnly])
            }
        }
    }

    @Test("a read that turns out to write runs as a write, once")
    func misleadingRead() async throws {
        try await withClient { client in
            try await client.execute("create table t (n int)")
            let rows = try await client.query("with a as (insert into t values (1) returning n) select n from a")
            #expect(try rows.decode(Int.self) == [1])
            let answer3 = try await client.query("select count(*) from t").decode(Int.self)
            #expect(answer3 == [1])
            let error = await postgresError { try await client.query("insert into t values (2)", access: .read) }
            #expect(error?.sqlState == .readOnlyTransaction)
        }
    }

    @Test("a unique violation names its constraint and keeps the value to itself")
    func uniqueViolation() async throws {
        try await withClient { client in
            try await client.execute("create table t (email text constraint t_email_key unique)")
            try await client.execute("insert into t values (\("a@example.org"))")
            let error = await postgresError { try await client.execute("insert into t values (\("a@example.org"))") }
            #expect(error?.isUniqueViolation == true)
            #expect(error?.constraint == "t_email_key")
            #expect(error?.serverError?.table == "t")
            #expect("\(try #require(error))".contains("a@example.org") == false)
        }
    }

    @Test("of concurrent queries on one connection only the faulty ones fail")
    func isolation() async throws {
        try await withClient {
            $0.readConnections = 1
        } _: { client in
            let outcomes = await withTaskGroup(of: (Int, Int?, SQLState?).self) { group in
                for n in 0..<64 {
                    group.addTask {
                        do {
                            return (n, try await client.query("select \(10) / \(n % 4)").first?.decode(Int.self), nil)
                        } catch {
                            return (n, nil, (error as? PostgresError)?.sqlState)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count == 64)
            for (n, value, state) in outcomes {
                #expect(value == (n % 4 == 0 ? nil : 10 / (n % 4)))
                #expect(state == (n % 4 == 0 ? "22012" : nil))
            }
        }
    }

    @Test("a statement that cannot be prepared fails alone and is not remembered")
    func syntaxError() async throws {
        try await withClient {
            $0.readConnections = 1
        } _: { client async throws in
            for _ in 0..<2 {
                let error = await postgresError { try await client.query("select nothing from nowhere") }
                #expect(error?.sqlState == .undefinedTable)
                let answer4 = try await client.query("select 1").decode(Int.self)
                #expect(answer4 == [1])
            }
        }
    }

    @Test("ten thousand queries at once are all answered")
    func many() async throws {
        try await withClient { client in
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for n in 0..<10_000 {
                    group.addTask { try await client.query("select \(n)").first?.decode(Int.self) ?? -1 }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 49_995_000)
        }
    }

    @Test("more statements than the cache holds still run, and the server keeps no more than the cache")
    func eviction() async throws {
        try await withClient {
            $0.statementCacheCapacity = 3
            $0.readConnections = 1
        } _: { client in
            for round in 0..<3 {
                for n in 0..<8 {
                    let sql: SQL = "select \(round) as \(identifier: "c\(n)")"
                    let answer5 = try await client.query(sql).decode(Int.self)
                    #expect(answer5 == [round])
                }
            }
            let kept = try await client.query("select count(*) from pg_prepared_statements").decode(Int.self)
            #expect(kept == [3])
        }
    }

    @Test("a statement whose table changed its shape is prepared again")
    func stalePlan() async throws {
        try await withClient { client async throws in
            try await client.execute("create table t (a int)")
            try await client.execute("insert into t values (1)")
            func columns() async throws -> [String] { try await client.query("select * from t").columns }
            func written() async throws -> [String] { try await client.query("update t set a = a returning *").columns }
            #expect(try await columns() == ["a"])
            #expect(try await written() == ["a"])
            try await client.execute("alter table t add b text")
            #expect(try await columns() == ["a", "b"])
            #expect(try await written() == ["a", "b"])
        }
    }

    @Test("a statement that runs too long ends as a timeout and leaves its connection usable")
    func statementTimeout() async throws {
        try await withClient {
            $0.statementTimeout = .milliseconds(50)
            $0.readConnections = 1
            $0.poolSize = 1...1
        } _: { client in
            for access in [PostgresClient.Access.read, .write] {
                let error = await postgresError { try await client.query("select pg_sleep(60)", access: access) }
                #expect(error?.kind == "timeout")
                let answer6 = try await client.query("select 1", access: access).decode(Int.self)
                #expect(answer6 == [1])
            }
        }
    }

    @Test("a cancelled caller leaves at once; others on the connection are served")
    func cancelledRead() async throws {
        try await withClient {
            $0.readConnections = 1
        } _: { client in
            _ = try await client.query("select 1")
            let slow = Task { try await client.query("select pg_sleep(0.2)") }
            let quick = Task { try await client.query("select 2").decode(Int.self) }
            slow.cancel()
            await #expect(throws: CancellationError.self) { try await slow.value }
            #expect(try await quick.value == [2])
        }
    }

    @Test("more parameters than the protocol counts are refused before sending")
    func parameterLimit() async throws {
        try await withClient { client in
            var sql: SQL = "select 1"
            for _ in 0...65_535 { sql += " + \(1)" }
            let error = await postgresError { try await client.query(sql) }
            #expect(error?.kind == "request")
        }
    }

    @Test("empty statements and notices are harmless")
    func oddities() async throws {
        try await withClient { client in
            #expect(try await client.execute("") == 0)
            try await client.execute("drop table if exists absent")
            #expect(try await client.execute("create table t ()") == 0)
            let error = await postgresError { try await client.execute("select 1; select 2") }
            #expect(error?.sqlState == "42601")
        }
    }
}
