import NIOCore
import NIOPosix
import Redis
import Testing

@Suite("The shared client against a server")
struct RedisClientTests {
    @Test("every type a server can send arrives as such")
    func types() async throws {
        try await withServer { client in
            let kinds: [(String, RESPValue)] = [
                ("string", .bulkString(ByteBuffer(string: "Hello World"))), ("integer", .integer(12345)), ("double", .double(3.141)),
                ("null", .null), ("array", .array([.integer(0), .integer(1), .integer(2)])),
                ("set", .set([.integer(0), .integer(1), .integer(2)])),
                (
                    "map",
                    .map([
                        .init(key: .integer(0), value: .boolean(false)), .init(key: .integer(1), value: .boolean(true)),
                        .init(key: .integer(2), value: .boolean(false)),
                    ])
                ),
                ("bignum", .bigNumber("1234567999999999999999999999999999999")), ("true", .boolean(true)), ("false", .boolean(false)),
                ("verbatim", .verbatimString(format: "txt", ByteBuffer(string: "This is a verbatim\nstring"))),
            ]
            for (name, expected) in kinds {
                #expect(try await client.send(RedisCommand("DEBUG", "PROTOCOL", name)) == expected)
            }
            // An attribute comes in front of this one and is dropped.
            let attributed = try await client.send(RedisCommand("DEBUG", "PROTOCOL", "attrib"))
            #expect(attributed.string == "Some real reply following the attribute")
        }
    }

    @Test("values of every kind of argument come back as they were")
    func arguments() async throws {
        try await withServer { client in
            let bytes = (0...255).map { UInt8($0) }
            try await client.send(
                RedisCommand("MSET", "text", "é\r\n", "bytes", bytes, "buffer", ByteBuffer(bytes: bytes), "number", Int.min)
            )
            let reply = try await client.send(RedisCommand("MGET", "text", "bytes", "buffer", "number", "none"))
            #expect(
                reply.array == [
                    .bulkString(ByteBuffer(string: "é\r\n")), .bulkString(ByteBuffer(bytes: bytes)), .bulkString(ByteBuffer(bytes: bytes)),
                    .bulkString(ByteBuffer(string: "\(Int.min)")), .null,
                ]
            )
            try await client.send(RedisCommand("SET", "double", 0.1))
            #expect(try await client.send(RedisCommand("GET", "double")).double == 0.1)
        }
    }

    @Test("ten thousand concurrent commands each get their own answer")
    func concurrency() async throws {
        try await withServer { client in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<10_000 {
                    group.addTask { try await client.send(RedisCommand("ECHO", "\(number)")).int == number }
                }
                for try await isOwn in group { #expect(isOwn) }
            }
        }
    }

    @Test("callers on an event loop and callers elsewhere use the client alike")
    func fromEventLoops() async throws {
        try await withServer { client in
            let futures = loops.makeIterator().map { loop in
                loop.makeFutureWithTask { try await client.send(RedisCommand("INCR", "n")).int }
            }
            var sum = 0
            for future in futures { sum += try await future.get() ?? 0 }
            #expect(sum == 3)
        }
    }

    @Test("a pipeline's answers keep their order and one error leaves the others alone")
    func pipeline() async throws {
        try await withServer { client in
            let replies = try await client.pipeline([
                RedisCommand("SET", "k", "v"), RedisCommand("LPUSH", "k", "x"), RedisCommand("NOSUCH", "secret"), RedisCommand("GET", "k"),
            ])
            #expect(replies.count == 4)
            #expect(try replies[0].get() == .simpleString("OK"))
            guard case .failure(.server(let wrongType)) = replies[1], case .failure(.server(let unknown)) = replies[2] else {
                Issue.record("errors expected")
                return
            }
            #expect(wrongType.code == "WRONGTYPE")
            #expect(unknown.code == "ERR")
            #expect(!unknown.description.contains("secret"))
            #expect(try replies[3].get().string == "v")
            #expect(try await client.pipeline([]).isEmpty)
        }
    }

    @Test("an error reply is thrown to its own caller only")
    func isolation() async throws {
        try await withServer { client in
            try await client.send(RedisCommand("SET", "k", "v"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        if number.isMultiple(of: 3) {
                            let error = await redisError { try await client.send(RedisCommand("LLEN", "k")) }
                            guard case .server(let error) = error else { throw RedisError.timeout }
                            #expect(error.code == "WRONGTYPE")
                        } else {
                            #expect(try await client.send(RedisCommand("GET", "k")).string == "v")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("a value of 64 MiB travels both ways")
    func hugeValue() async throws {
        try await withServer { client in
            var value = ByteBuffer()
            value.writeRepeatingByte(0x2A, count: 64 << 20)
            try await client.send(RedisCommand("SET", "huge", value))
            let answer = try await client.send(RedisCommand("GET", "huge"))
            // Compared outside the macro, which would print the value.
            let isSame = answer.buffer == value
            #expect(isSame)
            #expect(try await client.send(RedisCommand("STRLEN", "huge")).int == 64 << 20)
        }
    }

    @Test("a script unknown to the server is sent in full, then called by hash")
    func script() async throws {
        try await withServer { client in
            let script = RedisScript("redis.call('INCRBY', KEYS[1], ARGV[1]) return {KEYS[1], tonumber(ARGV[1]) * 2}")
            for _ in 0..<2 {
                #expect(try await client.evaluate(script, keys: ["n"], arguments: [21]).array?.map(\.string) == ["n", "42"])
            }
            try await client.send(RedisCommand("SCRIPT", "FLUSH"))
            try await client.evaluate(script, keys: ["n"], arguments: [21])
            #expect(try await client.send(RedisCommand("GET", "n")).int == 63)
            let failing = RedisScript("return redis.error_reply('LIMIT reached')")
            let error = await redisError { try await client.evaluate(failing, keys: []) }
            #expect(error == .server(RedisServerError(code: "LIMIT", message: "reached")))
        }
    }

    @Test("commands that go with a script are answered in their order, and sent once where the script is sent again")
    func scriptWithCommands() async throws {
        try await withServer { client in
            let script = RedisScript("return redis.call('INCR', KEYS[1])")
            let others = [RedisCommand("INCR", "other"), RedisCommand("HGETALL", "other")]
            for count in 1...2 {
                let (answer, replies) = try await client.evaluate(script, keys: ["n"], with: others)
                #expect(answer.int == count)
                let values = replies.map { try? $0.get().value() }
                #expect(values == [.integer(count), nil])
            }
            let (answer, replies) = try await client.evaluate(script, keys: ["n"], with: [])
            #expect(answer.int == 3 && replies.isEmpty)
            let failing = RedisScript("return redis.error_reply('LIMIT reached')")
            let error = await redisError { try await client.evaluate(failing, keys: [], with: others) }
            #expect(error == .server(RedisServerError(code: "LIMIT", message: "reached")))
        }
    }

    @Test("each client works in the database it selected")
    func databases() async throws {
        let server = try ServerProcess()
        try await withClient(server.configuration { $0.database = 1 }) { one in
            try await withClient(server.configuration { $0.database = 2 }) { two in
                try await one.send(RedisCommand("SET", "k", "in one"))
                #expect(try await two.send(RedisCommand("GET", "k")).isNull)
                #expect(try await one.send(RedisCommand("GET", "k")).string == "in one")
            }
        }
        let unknown = RedisClient(configuration: server.configuration { $0.database = 99 }, eventLoopGroup: loops, logger: quiet)
        guard case .refused = await redisError({ try await unknown.connect() }) else {
            Issue.record("database 99 accepted")
            return
        }
        await unknown.close()
    }

    @Test("connections carry the client's name")
    func name() async throws {
        let server = try ServerProcess()
        try await withClient(server.configuration { $0.clientName = "rooms" }) { client in
            let name = try await client.send(RedisCommand("CLIENT", "GETNAME")).string
            #expect(name == "rooms")
        }
    }

    @Test("the right password opens, a wrong or missing one is refused and stays secret")
    func password() async throws {
        let server = try ServerProcess(["--requirepass", "open sesame"])
        try await withClient(server.configuration { $0.password = "open sesame" }) { client in
            #expect(try await client.send(RedisCommand("PING")).string == "PONG")
            try await client.send(RedisCommand("ACL", "SETUSER", "miner", "on", ">pick", "+@all", "~*"))
        }
        try await withClient(
            server.configuration {
                $0.username = "miner"
                $0.password = "pick"
            }
        ) { client in
            let account = try await client.send(RedisCommand("ACL", "WHOAMI")).string
            #expect(account == "miner")
        }
        for wrong in ["guess", nil] {
            let client = RedisClient(configuration: server.configuration { $0.password = wrong }, eventLoopGroup: loops, logger: quiet)
            let error = await redisError { try await client.connect() }
            guard case .refused(let refusal) = error else {
                Issue.record("accepted")
                continue
            }
            #expect(["WRONGPASS", "NOAUTH"].contains(refusal.code))
            #expect(!"\(refusal)".contains("guess"))
            await client.close()
        }
    }

    @Test("a closed client refuses commands, and those on the way fail")
    func closing() async throws {
        let server = try ServerProcess()
        let client = RedisClient(configuration: server.configuration(), eventLoopGroup: loops, logger: quiet)
        try await client.connect()
        let waiting = Task { try await client.send(RedisCommand("BLPOP", "nothing", 0)) }
        try await withClient(server.configuration()) { try await waitForBlockedClient($0) }
        await client.close()
        #expect(await redisError { _ = try await waiting.value } == .closed)
        #expect(await redisError { try await client.send(RedisCommand("PING")) } == .closed)
        #expect(await redisError { _ = try await client.pipeline([RedisCommand("PING")]) } == .closed)
        #expect(!client.isConnected)
    }

    @Test("a cancelled wait ends at once and leaves replies in step")
    func cancellation() async throws {
        let server = try ServerProcess()
        try await withClient(server.configuration()) { client in
            let connection = try await client.makeDedicatedConnection()
            let blocked = Task { try await connection.send(RedisCommand("BLPOP", "list", 0)) }
            let behind = Task { try await connection.send(RedisCommand("ECHO", "behind")) }
            try await waitForBlockedClient(client)
            blocked.cancel()
            await #expect(throws: CancellationError.self) { try await blocked.value }
            try await client.send(RedisCommand("LPUSH", "list", "late"))
            #expect(try await behind.value.string == "behind")
            #expect(try await connection.send(RedisCommand("ECHO", "after")).string == "after")
            await connection.close()
        }
    }

    @Test("a task cancelled before it sends, sends nothing")
    func cancelledBefore() async throws {
        try await withServer { client in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await client.send(RedisCommand("INCR", "n"))
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            let isUntouched = try await client.send(RedisCommand("GET", "n")).isNull
            #expect(isUntouched)
        }
    }

    @Test("many cancellations among many commands mix no replies up")
    func cancellationsUnderLoad() async throws {
        try await withServer { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<4_000 {
                    let task = Task { try await client.send(RedisCommand("ECHO", "\(number)")).int }
                    if number.isMultiple(of: 2) { task.cancel() }
                    group.addTask {
                        do {
                            let answer = try await task.value
                            #expect(answer == number)
                        } catch is CancellationError {}
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}

/// Returns when some connection is blocked in a command.
func waitForBlockedClient(_ client: RedisClient) async throws {
    while try await client.send(RedisCommand("INFO", "clients")).string?.contains("blocked_clients:0") != false { await Task.yield() }
}
