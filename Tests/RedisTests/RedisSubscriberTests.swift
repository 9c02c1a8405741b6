import NIOCore
import NIOPosix
import Redis
import Synchronization
import Testing

@Suite("Publish and subscribe")
struct RedisSubscriberTests {
    @Test("ten thousand messages arrive in order, as a sequence")
    func order() async throws {
        try await withServer { client in
            let subscriber = client.makeSubscriber(bufferLimit: 20_000)
            try await subscriber.subscribe(["numbers", "other"])
            let connection = try await client.makeDedicatedConnection()
            let replies = try await connection.pipeline((0..<10_000).map { RedisCommand("PUBLISH", "numbers", $0) })
            #expect(try replies.allSatisfy { try $0.get().int == 1 })
            try await client.publish("end", to: "other")
            var received: [String] = []
            for await message in subscriber.messages {
                if message.channel == "other" { break }
                received.append(String(buffer: message.payload))
            }
            #expect(received == (0..<10_000).map(String.init))
            await connection.close()
            await subscriber.close()
        }
    }

    @Test("ten thousand messages arrive in order, by function on the chosen event loop")
    func callback() async throws {
        try await withServer { client in
            let loop = loops.next()
            let received = Mutex<[Int]>([])
            let complete = loop.makePromise(of: Void.self)
            let subscriber = client.makeSubscriber(on: loop) { event in
                guard loop.inEventLoop, case .message(let message) = event, let number = Int(String(buffer: message.payload)) else {
                    return
                }
                if received.withLock({
                    $0.append(number)
                    return $0.count == 10_000
                }) {
                    complete.succeed()
                }
            }
            try await subscriber.subscribe(["numbers"])
            let connection = try await client.makeDedicatedConnection()
            _ = try await connection.pipeline((0..<10_000).map { RedisCommand("PUBLISH", "numbers", $0) })
            try await complete.futureResult.get()
            #expect(received.withLock { $0 } == Array(0..<10_000))
            await connection.close()
            await subscriber.close()
        }
    }

    @Test("a channel no longer subscribed is silent")
    func unsubscribe() async throws {
        try await withServer { client in
            let subscriber = client.makeSubscriber()
            try await subscriber.subscribe(["a", "b"])
            try await subscriber.unsubscribe(["a"])
            #expect(subscriber.channels == ["b"])
            #expect(try await client.publish("lost", to: "a") == 0)
            #expect(try await client.publish([1, 2].asArgument, to: "b") == 1)
            var messages = subscriber.messages.makeAsyncIterator()
            #expect(await messages.next() == RedisMessage(channel: "b", payload: ByteBuffer(bytes: [1, 2])))
            try await subscriber.subscribe([])
            await subscriber.close()
            #expect(await messages.next() == nil)
        }
    }

    @Test("many tasks subscribe and unsubscribe at once")
    func concurrent() async throws {
        try await withServer { client in
            let subscriber = client.makeSubscriber()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        try await subscriber.subscribe(["c\(number)", "d\(number)"])
                        try await subscriber.unsubscribe(["d\(number)"])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.send(RedisCommand("PUBSUB", "CHANNELS", "c*")).array?.count == 500)
            #expect(try await client.send(RedisCommand("PUBSUB", "CHANNELS", "d*")).array?.count == 0)
            await subscriber.close()
        }
    }

    @Test("after the server was killed all channels are subscribed again, and the gap is told")
    func healing() async throws {
        let server = try ServerProcess()
        try await withClient(server.configuration()) { client in
            let subscriber = client.makeSubscriber()
            // More channels than fit into one command.
            try await subscriber.subscribe((0..<1_300).map { "c\($0)" })
            try await subscriber.unsubscribe(["c7"])
            try await client.publish("before", to: "c0")
            server.kill()
            // Wished for while there is no server.
            _ = await redisError { try await subscriber.subscribe(["late"]) }
            try server.start()
            var events = subscriber.events.makeAsyncIterator()
            #expect(await events.next() == .message(RedisMessage(channel: "c0", payload: ByteBuffer(string: "before"))))
            #expect(await events.next() == .reconnected)
            // The client's other connections may not have heard yet that their server was killed.
            var fresh: RedisConnection?
            try await reconnect { fresh = try await client.makeDedicatedConnection() }
            let connection = try #require(fresh)
            #expect(try await connection.publish("x", to: "c7") == 0)
            #expect(try await connection.publish("after", to: "c1299") == 1)
            #expect(try await connection.publish("new", to: "late") == 1)
            #expect(await events.next() == .message(RedisMessage(channel: "c1299", payload: ByteBuffer(string: "after"))))
            #expect(await events.next() == .message(RedisMessage(channel: "late", payload: ByteBuffer(string: "new"))))
            await connection.close()
            await subscriber.close()
        }
    }

    @Test("a reader that is too slow keeps the newest and learns how many it missed")
    func overflow() async throws {
        try await withServer { client in
            let subscriber = client.makeSubscriber(bufferLimit: 10)
            try await subscriber.subscribe(["n"])
            let connection = try await client.makeDedicatedConnection()
            _ = try await connection.pipeline((0..<100).map { RedisCommand("PUBLISH", "n", $0) })
            // Its confirmation comes behind all messages on the same socket.
            try await subscriber.subscribe(["fence"])
            var events = subscriber.events.makeAsyncIterator()
            #expect(await events.next() == .dropped(90))
            #expect(await events.next() == .message(RedisMessage(channel: "n", payload: ByteBuffer(string: "90"))))
            await connection.close()
            await subscriber.close()
        }
    }

    @Test("a server that stops answering is noticed without traffic")
    func ping() async throws {
        let listener = try await TalkingListener.start(saying: "%0\r\n")
        var configuration = RedisConfiguration(endpoint: .tcp(host: "127.0.0.1", port: listener.port))
        configuration.commandTimeout = .milliseconds(30)
        configuration.pingInterval = .milliseconds(5)
        configuration.backoff = Backoff(first: .milliseconds(1), limit: .milliseconds(1))
        // It connects again and again until this test has its turn to read.
        let subscriber = RedisSubscriber(configuration: configuration, eventLoop: loops.next(), logger: quiet, bufferLimit: 10_000)
        var events = subscriber.events.makeAsyncIterator()
        #expect(await events.next() == .reconnected)
        await subscriber.close()
        try await listener.stop()
    }

    @Test("a refused subscription is an error of its caller")
    func refused() async throws {
        let server = try ServerProcess()
        try await withClient(server.configuration()) { client in
            try await client.send(RedisCommand("ACL", "SETUSER", "deaf", "on", ">p", "+@all", "~*", "resetchannels", "&ok"))
            let configuration = server.configuration {
                $0.username = "deaf"
                $0.password = "p"
            }
            let subscriber = RedisSubscriber(configuration: configuration, eventLoop: loops.next(), logger: quiet, bufferLimit: 10)
            guard case .server(let error) = await redisError({ try await subscriber.subscribe(["ok", "secret"]) }) else {
                Issue.record("accepted")
                return
            }
            #expect(error.code == "NOPERM")
            try await subscriber.subscribe(["ok"])
            await subscriber.close()
        }
    }
}

extension [UInt8] {
    /// The bytes as an argument.
    fileprivate var asArgument: RedisArgument { .bytes(self) }
}
