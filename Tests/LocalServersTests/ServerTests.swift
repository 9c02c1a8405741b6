import Foundation
import Glibc
import Testing

@testable import LocalServers

@Suite("Private PostgreSQL")
struct PostgresClusterTests {
    @Test("Data survives stop, start and kill -9 of the server; a second user of the folder is refused")
    func lifecycle() async throws {
        let folder = try TemporaryDirectory()
        let cluster = PostgresCluster(directory: folder.path)
        let first = try await cluster.start()
        try await cluster.createDatabase("thebitcoingame")
        try await cluster.createDatabase("thebitcoingame")
        let url = try await cluster.url(database: "thebitcoingame")
        try await cluster.psql(url, "create table t as select 7 as x")
        await #expect(throws: LocalServerError.directoryInUse(path: folder.path, holder: getpid())) {
            try await PostgresCluster(directory: folder.path).start()
        }

        first.signal(SIGKILL)
        #expect(await first.exitStatus() == .signal(SIGKILL))
        let second = try await cluster.start()
        #expect(second.pid != first.pid)
        #expect(try await cluster.psql(url, "select x from t") == "7")
        await cluster.stop()
        #expect(!second.isRunning)

        let again = PostgresCluster(directory: folder.path)
        try await again.start()
        #expect(try await again.psql(url, "select x from t") == "7")
        #expect(try await again.psql(url, "select current_setting('jit') || current_setting('TimeZone')") == "offUTC")
        await again.stop()
        #expect(ProcessTable.processes(in: folder.path + "/data", programPrefix: "postgres").isEmpty)
    }

    @Test("A lock file that names a living stranger does not keep the server from starting")
    func reusedProcessID() async throws {
        let folder = try TemporaryDirectory()
        let cluster = PostgresCluster(directory: folder.path, settings: .forTests)
        try await cluster.start()
        await cluster.stop()
        let stale = "\(getpid())\n\(folder.path)/data\n1\n5432\n/tmp\n\n 1 1\nready   \n"
        try Data(stale.utf8).write(to: URL(fileURLWithPath: folder.path + "/data/postmaster.pid"))
        #expect(try await cluster.start().isRunning)
        await cluster.stop()
    }

    @Test("A server that cannot start throws the end of its log")
    func failingStart() async throws {
        let folder = try TemporaryDirectory()
        let cluster = PostgresCluster(
            directory: folder.path,
            settings: PostgresSettings(isDurable: false, extra: ["max_connections": "-5"])
        )
        let error = await #expect(throws: LocalServerError.self) { try await cluster.start() }
        #expect(error?.description.contains("max_connections") == true)
    }

    @Test("A folder with a path too long for a socket works")
    func longPath() async throws {
        let folder = try TemporaryDirectory()
        let cluster = PostgresCluster(directory: folder.path + "/" + String(repeating: "d", count: 120), settings: .forTests)
        try await cluster.start()
        #expect(try await cluster.psql(cluster.url(database: "postgres"), "select 1") == "1")
        await cluster.stop()
        let socketDirectory = try await cluster.socketDirectory()
        #expect(socketDirectory.hasPrefix("/tmp/tbg-"))
        try FileManager.default.removeItem(atPath: socketDirectory)
    }
}

@Suite("Private Redis")
struct RedisServerTests {
    @Test("Accepted writes survive stop and start and kill -9 of the server")
    func lifecycle() async throws {
        let folder = try TemporaryDirectory()
        let server = RedisServer(directory: folder.path, databases: 3)
        let first = try await server.start()
        let socket = try await server.socketPath()
        #expect(RedisProbe.answer(to: "SET a 1", socketPath: socket) == "+OK")
        #expect(RedisProbe.answer(to: "SELECT 3", socketPath: socket)?.hasPrefix("-ERR") == true)
        await #expect(throws: LocalServerError.directoryInUse(path: folder.path, holder: getpid())) {
            try await RedisServer(directory: folder.path).start()
        }
        await server.stop()
        #expect(!first.isRunning)

        let second = try await server.start()
        #expect(RedisProbe.answer(to: "INCR a", socketPath: socket) == ":2")
        second.signal(SIGKILL)
        _ = await second.exitStatus()
        try await server.start()
        #expect(RedisProbe.answer(to: "EXISTS a", socketPath: socket) == ":1")
        await server.stop()
    }

    @Test("A server of the folder that outlived its parent is ended before a new one starts")
    func leftover() async throws {
        let folder = try TemporaryDirectory()
        let program = try Programs.find("redis-server", debianPackage: "redis-server")
        let orphan = try await ChildProcess.start(
            Command(program, ["--port", "0", "--unixsocket", folder.path + "/old.sock"], workingDirectory: folder.path)
        )
        try await eventually { ProcessTable.processes(in: folder.path, programPrefix: "redis") == [orphan.pid] }
        let server = RedisServer(directory: folder.path)
        try await server.start()
        #expect(!orphan.isRunning)
        await server.stop()
    }

    @Test("URLs name the socket and the logical database")
    func urls() async throws {
        let server = RedisServer(directory: "/tmp/tbg-never-started")
        await #expect(throws: LocalServerError.notStarted(program: "redis-server")) { try await server.url() }
    }
}

@Suite("Death of the parent")
struct ParentDeathTests {
    @Test("Both servers and all their processes end when the parent is killed, and the next parent finds the data")
    func killedParent() async throws {
        let folder = try TemporaryDirectory()
        let program = SystemCall.resolved("/proc/self/exe").split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let parent = try await ChildProcess.start(Command((program + ["ServerParent"]).joined(separator: "/"), [folder.path]))
        let file = folder.path + "/pids"
        try await eventually { FileManager.default.fileExists(atPath: file) }
        let pids = try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        #expect(pids.count == 2)
        for pid in pids { #expect(kill(pid, 0) == 0) }

        parent.signal(SIGKILL)
        _ = await parent.exitStatus()
        try await eventually {
            ProcessTable.processes(in: folder.path + "/postgres/data", programPrefix: "postgres").isEmpty
                && ProcessTable.processes(in: folder.path + "/redis", programPrefix: "redis").isEmpty
        }

        let cluster = PostgresCluster(directory: folder.path + "/postgres", settings: .forTests)
        try await cluster.start()
        #expect(try await cluster.psql(cluster.url(database: "postgres"), "select 1") == "1")
        await cluster.stop()
    }
}
