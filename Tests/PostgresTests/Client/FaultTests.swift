import Glibc
import LocalServers
import Postgres
import TestServers
import Testing

/// Faults of the server: cut connections, stops, silence.
@Suite("Faults")
struct FaultTests {
    @Test("terminated connections fail only what was on them; reads are repeated, and the client heals by itself")
    func termination() async throws {
        try await withClient { client in
            let own: SQL =
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            let outcomes = try await withThrowingTaskGroup(of: [String].self) { group in
                for task in 0..<16 {
                    group.addTask {
                        var kinds: [String] = []
                        for n in 0..<100 {
                            let error = await postgresError {
                                if task % 2 == 0 { return try await client.query("select \(n)").count }
                                return try await client.transaction { try await $0.execute("select \(n)") }
                            }
                            kinds.append(error?.kind ?? "ok")
                        }
                        return kinds
                    }
                }
                group.addTask {
                    for _ in 0..<5 { _ = await postgresError { try await client.query(own, access: .write) } }
                    return []
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(outcomes.count == 1_600)
            #expect(Set(outcomes).isSubset(of: ["ok", "connection_lost"]), "\(Set(outcomes))")
            #expect(outcomes.filter { $0 == "ok" }.count > 1_000)
            #expect(try await eventually { try await client.query("select 1").decode(Int.self) } == [1])
            #expect(try await eventually { try await client.execute("select 1") } == 1)
            #expect(client.poolStatistics.size == client.poolStatistics.free)
        }
    }

    @Test("a read whose connection breaks under it is sent once more; a write is not")
    func retry() async throws {
        try await withClient {
            $0.readConnections = 1
        } _: { client in
            try await client.execute("create table attempts (n int)")
            try await client.execute("create sequence s")
            let suicide: SQL = "select pg_terminate_backend(pg_backend_pid()), pg_sleep(60)"
            #expect(await postgresError { try await client.query(suicide, access: .read) }?.kind == "connection_lost")
            #expect(await postgresError { try await client.query(suicide, access: .write) }?.kind == "connection_lost")
            let backend = try await client.query("select pg_backend_pid()").decode(Int.self)
            let slow = Task { try await client.query("select pg_backend_pid(), pg_sleep(1)").first?.decode(Int.self) }
            let sleeping: SQL = "select exists(select from pg_stat_activity where pid = \(backend[0]) and wait_event = 'PgSleep')"
            while try await client.query(sleeping, access: .write).decode(Bool.self) == [false] { await Task.yield() }
            try await client.execute("select pg_terminate_backend(\(Int32(backend[0])))")
            let second = try await slow.value
            #expect(second != nil && second != backend[0])
        }
    }

    @Test("a stopped server makes calls fail at once with a clear error, and they succeed again after it has come back")
    func restart() async throws {
        try await TestServers.withPrivateCluster { cluster in
            let url = try await cluster.url(database: "postgres")
            try await withClient(url: url) {
                $0.reconnectDelay = .milliseconds(10)...Duration.milliseconds(50)
            } _: { client in
                let answer1 = try await client.query("select 1").decode(Int.self)
                #expect(answer1 == [1])
                #expect(try await client.execute("select 1") == 1)
                await cluster.stop()
                for _ in 0..<3 {
                    let read = try #require(await postgresError { try await client.query("select 1") })
                    let write = try #require(await postgresError { try await client.execute("select 1") })
                    #expect(["unavailable", "connection_lost"].contains(read.kind))
                    #expect(["unavailable", "connection_lost"].contains(write.kind))
                }
                try await cluster.start()
                #expect(try await eventually { try await client.query("select 2").decode(Int.self) } == [2])
                #expect(try await eventually { try await client.execute("select 2") } == 1)
                #expect(client.poolStatistics.size == client.poolStatistics.free)
            }
        }
    }

    @Test("a server that is not there is reported as unavailable")
    func absent() async throws {
        let directory = try await TestServers.temporaryDirectory("absent")
        try await withClient(url: "postgres://tbg@/test?host=\(directory)") { client in
            #expect(await postgresError { try await client.query("select 1") }?.kind == "unavailable")
            #expect(await postgresError { try await client.execute("select 1") }?.kind == "unavailable")
            #expect(await postgresError { try await client.transaction { try await $0.execute("select 1") } }?.kind == "unavailable")
        }
    }

    @Test("a server that accepts and never answers ends in a timeout of the caller or of the connection attempt")
    func silentFromTheStart() async throws {
        try await withSilentServer { url in
            try await withClient(url: url) {
                $0.connectTimeout = .milliseconds(50)
            } _: { client in
                #expect(await postgresError { try await client.query("select 1") }?.kind == "unavailable")
            }
            try await withClient(url: url) {
                $0.acquireTimeout = .milliseconds(50)
            } _: { client in
                #expect(await postgresError { try await client.query("select 1") }?.kind == "acquire_timeout")
                #expect(await postgresError { try await client.execute("select 1") }?.kind == "acquire_timeout")
            }
        }
    }

    @Test("a server that falls silent is given up, and a new connection takes over")
    func silentLater() async throws {
        try await withClient {
            $0.statementTimeout = .milliseconds(100)
            $0.responseGrace = .milliseconds(100)
            $0.poolSize = 1...1
        } _: { client in
            let backend = try #require(try await client.query("select pg_backend_pid()", access: .write).decode(Int32.self).first)
            #expect(kill(backend, SIGSTOP) == 0)
            let error = await postgresError { try await client.execute("select 1") }
            #expect(kill(backend, SIGCONT) == 0)
            #expect(error?.kind == "timeout")
            #expect(try await eventually { try await client.execute("select 1") } == 1)
        }
    }

    @Test("wrong credentials and unknown databases are unavailability, not a crash")
    func refusedStartUp() async throws {
        let url = try await TestServers.databaseURL()
        let database = url.replacing(/\/[a-z]+\?/, with: "/no_such_database?")
        try await withClient(url: database) { client in
            #expect(await postgresError { try await client.query("select 1") }?.kind == "unavailable")
        }
    }
}
