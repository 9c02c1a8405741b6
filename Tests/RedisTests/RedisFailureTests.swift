import NIOCore
import NIOPosix
import Redis
import Synchronization
import Testing

@Suite("Faults of the server")
struct RedisFailureTests {
    /// What many tasks counted together.
    private final class Tally: Sendable {
        private let state = Mutex<(succeeded: Int, failures: [RedisError], isOver: Bool)>((0, [], false))

        var succeeded: Int { state.withLock { $0.succeeded } }
        var failures: [RedisError] { state.withLock { $0.failures } }
        var isOver: Bool { state.withLock { $0.isOver } }

        func success() { state.withLock { $0.succeeded += 1 } }
        func failure(_ error: RedisError) { state.withLock { $0.failures.append(error) } }
        func end() { state.withLock { $0.isOver = true } }
    }

    @Test("killing the server under load fails what is on the way; afterwards commands succeed again")
    func kill() async throws {
        let server = try ServerProcess()
        try await withClient(server.configuration()) { client in
            let tally = Tally()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        while !tally.isOver {
                            do {
                                #expect(try await client.send(RedisCommand("ECHO", "\(number)")).int == number)
                                tally.success()
                            } catch let error as RedisError {
                                tally.failure(error)
                                try await reconnect { try await client.connect() }
                            }
                        }
                    }
                }
                while tally.succeeded < 1_000 { await Task.yield() }
                server.kill()
                while tally.failures.isEmpty { await Task.yield() }
                try server.start()
                let before = tally.succeeded
                while tally.succeeded < before + 1_000 { await Task.yield() }
                tally.end()
                try await group.waitForAll()
            }
            #expect(tally.failures.allSatisfy { $0 == .connectionLost || $0 == .unavailable })
            try await reconnect { try await client.connect() }
            #expect(try await client.send(RedisCommand("PING")).string == "PONG")
        }
    }

    @Test("without a server commands fail at once")
    func down() async throws {
        var configuration = RedisConfiguration(endpoint: .unix(path: "/nonexistent/redis.sock"))
        configuration.backoff = Backoff(first: .seconds(60), limit: .seconds(60))
        let client = RedisClient(configuration: configuration, eventLoopGroup: loops, logger: quiet)
        // The first commands wait for the outcome of the first attempt, later ones for nothing.
        #expect(await redisError { try await client.send(RedisCommand("PING")) } == .unavailable)
        #expect(await redisError { try await client.send(RedisCommand("PING")) } == .unavailable)
        #expect(await redisError { _ = try await client.pipeline([RedisCommand("PING")]) } == .unavailable)
        #expect(await redisError { _ = try await client.makeDedicatedConnection() } == .unavailable)
        #expect(!client.isConnected)
        await client.close()
    }

    @Test("commands sent before the first connection is up are answered")
    func early() async throws {
        let server = try ServerProcess()
        let client = RedisClient(configuration: server.configuration(), eventLoopGroup: loops, logger: quiet)
        #expect(try await client.send(RedisCommand("PING")).string == "PONG")
        await client.close()
    }

    @Test("without answer in time commands fail and the connection is replaced")
    func timeout() async throws {
        let server = try ServerProcess()
        try await withClient(server.configuration()) { client in
            let hasty = server.configuration { $0.commandTimeout = .milliseconds(200) }
            let connection = RedisConnection(configuration: hasty, eventLoop: loops.next(), logger: quiet)
            try await reconnect { try await connection.connect() }
            let id = try await connection.send(RedisCommand("CLIENT", "ID"), timeout: .seconds(20)).int
            let patient = Task { try await connection.send(RedisCommand("BLPOP", "nothing", 0), timeout: .seconds(20)) }
            try await waitForBlockedClient(client)
            let late = await redisError { try await connection.send(RedisCommand("PING")) }
            #expect(late == .timeout)
            // Its own time was not over, but it shares the fate of the connection.
            #expect(await redisError { _ = try await patient.value } == .connectionLost)
            try await reconnect { try await connection.connect() }
            #expect(try await connection.send(RedisCommand("CLIENT", "ID"), timeout: .seconds(20)).int != id)
            await connection.close()
        }
    }

    @Test("a caller with little time stops waiting and costs the others nothing")
    func impatientCaller() async throws {
        let server = try ServerProcess()
        try await withClient(server.configuration()) { client in
            let connection = try await client.makeDedicatedConnection()
            let id = try await connection.send(RedisCommand("CLIENT", "ID")).int
            let error = await redisError { try await connection.send(RedisCommand("DEBUG", "SLEEP", "0.2"), timeout: .milliseconds(10)) }
            #expect(error == .timeout)
            #expect(try await connection.send(RedisCommand("ECHO", "own")).string == "own")
            #expect(try await connection.send(RedisCommand("CLIENT", "ID")).int == id)
            await connection.close()
        }
    }

    @Test("something that is not Redis is recognised")
    func notRedis() async throws {
        let listener = try await TalkingListener.start(saying: "220 smtp ready\r\n")
        var configuration = RedisConfiguration(endpoint: .tcp(host: "127.0.0.1", port: listener.port))
        configuration.backoff = Backoff(first: .seconds(60), limit: .seconds(60))
        let connection = RedisConnection(configuration: configuration, eventLoop: loops.any(), logger: quiet)
        #expect(await redisError { try await connection.connect() } == .protocolViolation(.unknownType))
        await connection.close()
        try await listener.stop()
    }

    @Test("a reply nobody asked for ends the connection")
    func outOfStep() async throws {
        let listener = try await TalkingListener.start(saying: "%0\r\n+extra\r\n")
        var configuration = RedisConfiguration(endpoint: .tcp(host: "127.0.0.1", port: listener.port))
        configuration.backoff = Backoff(first: .seconds(60), limit: .seconds(60))
        let connection = RedisConnection(configuration: configuration, eventLoop: loops.any(), logger: quiet)
        _ = await redisError { try await connection.connect() }
        #expect(await redisError { try await connection.send(RedisCommand("PING")) } != nil)
        await connection.close()
        try await listener.stop()
    }

    @Test("a silent server does not hold a connection attempt for ever")
    func silent() async throws {
        let listener = try await TalkingListener.start(saying: "")
        var configuration = RedisConfiguration(endpoint: .tcp(host: "127.0.0.1", port: listener.port))
        configuration.commandTimeout = .milliseconds(20)
        let connection = RedisConnection(configuration: configuration, eventLoop: loops.any(), logger: quiet)
        #expect(await redisError { try await connection.connect() } == .timeout)
        await connection.close()
        try await listener.stop()
    }
}
