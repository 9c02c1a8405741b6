import Foundation
import LocalServers
import Testing

@testable import TestServers

@Suite("Databases lent to tests")
struct TestDatabaseTests {
    @Test("Each test gets an empty database of its own that is gone afterwards")
    func freshDatabase() async throws {
        let psql = try Psql()
        let names = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await withDatabase { database in
                        try await psql.run("create table t(x int); insert into t values (1)", on: database.url)
                        #expect(try await psql.run("select count(*) from t", on: database.url) == "1")
                        return database.name
                    }
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(names.count == 4)
        let list = names.map { "'\($0)'" }.joined(separator: ",")
        let left = try await psql.run("select count(*) from pg_database where datname in (\(list))", on: TestServers.databaseURL())
        #expect(left == "0")
    }

    @Test("A template is prepared once and cloned for each test")
    func template() async throws {
        let psql = try Psql()
        let template = DatabaseTemplate("counting") { url in
            try await Psql().run("create table made(at timestamptz); insert into made values (clock_timestamp())", on: url)
        }
        let stamps = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await withDatabase(template: template) { try await psql.run("select at from made", on: $0.url) }
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(stamps.count == 1)
    }

    @Test("A database is dropped when the test throws, although connections may be open")
    func throwingBody() async throws {
        struct Stop: Error { let name: String }
        do {
            try await withDatabase { throw Stop(name: $0.name) }
        } catch let stop as Stop {
            let left = try await Psql().run(
                "select count(*) from pg_database where datname = '\(stop.name)'",
                on: TestServers.databaseURL()
            )
            #expect(left == "0")
        }
    }

    @Test(
        "The database in a URL is replaced, everything else stays",
        arguments: [
            ("postgres://tbg@/postgres?host=/tmp/x", "postgres://tbg@/n?host=/tmp/x"),
            ("postgresql+asyncpg://u:p@h:5433/db", "postgresql://u:p@h:5433/n"),
            ("postgres://h/", "postgres://h/n"),
        ]
    )
    func replacing(url: String, expected: String) throws {
        #expect(try DatabaseURL.replacingDatabase(in: url, with: "n") == expected)
    }
}

@Suite("Redis lent to tests")
struct TestRedisTests {
    @Test("Borrowers have different, empty databases")
    func isolation() async throws {
        try await withRedis { first in
            try await withRedis { second in
                #expect(first.database != second.database)
                #expect(first.url != second.url)
                #expect(first.prefix != second.prefix)
            }
        }
    }

    @Test("A database that was given back is empty for the next borrower")
    func flushed() async throws {
        let url = try await TestServers.redisURL()
        guard url.hasPrefix("unix://") else { return }
        let socket = RedisURL.socketPath(of: url)
        let number = try await withRedis { lease in
            try await Command("/usr/bin/redis-cli", ["-s", socket, "-n", String(lease.database), "SET", "a", "1"]).runSuccessfully()
            return lease.database
        }
        let lease = try await RedisLease.pool.borrow()
        #expect(lease.database == number || lease.database > 0)
        let size = try await Command("/usr/bin/redis-cli", ["-s", socket, "-n", String(lease.database), "DBSIZE"]).runSuccessfully()
        #expect(size == "0\n")
        await RedisLease.pool.giveBack(lease.database)
    }

    @Test(
        "The logical database of a URL is replaced",
        arguments: [
            ("unix:///tmp/a/redis.sock", "unix:///tmp/a/redis.sock?db=7"),
            ("unix:///tmp/a/redis.sock?db=3", "unix:///tmp/a/redis.sock?db=7"),
            ("redis://:p@h:6380/0", "redis://:p@h:6380/7"),
            ("rediss://h", "rediss://h/7"),
        ]
    )
    func replacing(url: String, expected: String) {
        #expect(RedisURL.replacingDatabase(in: url, with: 7) == expected)
    }
}

@Suite("Folder of the test process")
struct ProcessDirectoryTests {
    @Test("Folders have different paths, short enough for sockets")
    func paths() async throws {
        let first = try await TestServers.temporaryDirectory()
        let second = try await TestServers.temporaryDirectory()
        #expect(first != second)
        #expect(first.utf8.count + "/run/.s.PGSQL.5432.lock".utf8.count <= ServerHome.maximumSocketPathBytes)
    }

    @Test("What a killed process left is swept, a living one's folder stays")
    func sweep() async throws {
        let parent = try await TestServers.temporaryDirectory()
        for name in ["tbg-test-dead", "tbg-test-alive", "other"] {
            try FileManager.default.createDirectory(atPath: "\(parent)/\(name)", withIntermediateDirectories: false)
            #expect(FileManager.default.createFile(atPath: "\(parent)/\(name)/lock", contents: nil))
        }
        let lock = try DirectoryLock(directory: parent + "/tbg-test-alive")
        ProcessDirectory.sweep(in: parent)
        let left = try FileManager.default.contentsOfDirectory(atPath: parent).sorted()
        #expect(left == ["other", "tbg-test-alive"])
        withExtendedLifetime(lock) {}
    }
}
