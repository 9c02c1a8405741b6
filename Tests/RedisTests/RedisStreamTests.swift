import NIOCore
import NIOPosix
import Redis
import Testing

@Suite("Streams and consumer groups")
struct RedisStreamTests {
    private let fields: [(name: StaticString, value: RedisArgument)] = [
        ("v", "1"), ("event", "share_submitted"), ("ts", "1754000000.123456"), ("data", #"{"user":"bc1q","worker":"rig"}"#),
    ]

    @Test("ids are read, written and ordered", arguments: ["0-0", "1754000000123-7", "18446744073709551615-18446744073709551615"])
    func ids(text: String) throws {
        let id = try #require(StreamID(text))
        #expect(id.description == text)
        #expect(StreamID("5") == StreamID(milliseconds: 5))
        #expect(StreamID(milliseconds: 5, sequence: 9) < StreamID(milliseconds: 6))
        #expect(StreamID(milliseconds: 5, sequence: 9) > StreamID(milliseconds: 5))
    }

    @Test("anything else is no id", arguments: ["", "-", "1-", "-1", "1-2-3", "x", "1-x", "18446744073709551616", " 1"])
    func noID(text: String) {
        #expect(StreamID(text) == nil)
    }

    @Test("an entry's fields are found by name, in order and as text or bytes")
    func entryFields() async throws {
        try await withServer { client in
            let id = try await client.xadd("s", fields: fields)
            let entry = try #require(try await client.xrange("s").first)
            #expect(entry.id == id)
            #expect(!entry.isDeleted)
            #expect(entry.fields.count == 4)
            #expect(entry.fields.string("event") == "share_submitted")
            #expect(entry.fields["ts"] == ByteBuffer(string: "1754000000.123456"))
            #expect(entry.fields.withBytes("v") { Array($0) } == [0x31])
            #expect(entry.fields["none"] == nil)
            #expect(entry.fields["even"] == nil)
            #expect(entry.fields.map { String(buffer: $0.name) } == ["v", "event", "ts", "data"])
            var values: [String] = []
            entry.fields.forEach { _, value in values.append(String(decoding: value, as: UTF8.self)) }
            #expect(values[3] == #"{"user":"bc1q","worker":"rig"}"#)
        }
    }

    @Test("entries are added by the hundred, counted, ranged over, trimmed and deleted")
    func lifecycle() async throws {
        try await withServer { client in
            let ids = (1...500).map { StreamID(milliseconds: UInt64($0)) }
            let replies = try await client.pipeline(ids.map { .xadd("s", id: $0, fields: fields) })
            #expect(try replies.map { try $0.get().streamID } == ids)
            #expect(try await client.xlen("s") == 500)
            #expect(try await client.xrange("s", from: ids[10], through: ids[20]).map(\.id) == Array(ids[10...20]))
            #expect(try await client.xrange("s", count: 3).map(\.id) == Array(ids[..<3]))
            #expect(try await client.xrevrange("s", count: 1).map(\.id) == [ids[499]])
            #expect(try await client.xtrim("s", .minimumID(ids[100])) == 100)
            #expect(try await client.xtrim("s", .length(300)) == 100)
            #expect(try await client.xtrim("s", .approximateMinimumID(.zero)) == 0)
            #expect(try await client.xdel("s", ids: [ids[300], ids[301]]) == 2)
            #expect(try await client.xdel("s", ids: []) == 0)
            try await client.xadd("s", trim: .approximateLength(10_000), fields: fields)
            #expect(try await client.xlen("s") == 299)
            #expect(try await client.xlen("none") == 0)
            #expect(try await client.xrange("none").isEmpty)
        }
    }

    @Test("a group reads, acknowledges and tells what is pending")
    func group() async throws {
        try await withServer { client in
            #expect(try await client.xgroupCreate("s", group: "g"))
            #expect(try await !client.xgroupCreate("s", group: "g"))
            var ids: [StreamID] = []
            for _ in 0..<5 { ids.append(try await client.xadd("s", fields: fields)) }
            #expect(try await client.xpending("s", group: "g").count == 0)

            let batches = try await client.xreadgroup(group: "g", consumer: "one", streams: ["s"], count: 3)
            #expect(batches.map(\.stream) == ["s"])
            #expect(batches[0].entries.map(\.id) == Array(ids[..<3]))
            _ = try await client.xreadgroup(group: "g", consumer: "two", streams: ["s"], count: 1)
            #expect(try await client.xack("s", group: "g", ids: [ids[0]]) == 1)
            #expect(try await client.xack("s", group: "g", ids: []) == 0)

            let summary = try await client.xpending("s", group: "g")
            #expect(summary.count == 3)
            #expect(summary.smallest == ids[1])
            #expect(summary.greatest == ids[3])
            #expect(summary.consumers == ["one": 2, "two": 1])
            let pending = try await client.xpending("s", group: "g", count: 10, consumer: "one")
            #expect(pending.map(\.id) == [ids[1], ids[2]])
            #expect(pending.map(\.deliveries) == [1, 1])
            #expect(try await client.xpending("s", group: "g", count: 10, minimumIdle: .hours(1)).isEmpty)

            let again = try await client.xreadgroup(
                group: "g",
                consumer: "one",
                streams: ["s"],
                position: .pending(after: .zero),
                count: 10
            )
            #expect(again[0].entries.map(\.id) == [ids[1], ids[2]])

            let info = try #require(try await client.xinfoGroups("s").first)
            #expect(info.name == "g")
            #expect(info.pending == 3)
            #expect(info.lag == 1)
            #expect(info.lastDeliveredID == ids[3])
            #expect(Set(try await client.xinfoConsumers("s", group: "g").map(\.name)) == ["one", "two"])
            let stream = try await client.xinfoStream("s")
            #expect(stream.length == 5)
            #expect(stream.groups == 1)
            #expect(stream.firstID == ids[0])
            #expect(stream.lastGeneratedID == ids[4])
            #expect(stream.entriesAdded == 5)
            #expect(try await client.xgroupDeleteConsumer("s", group: "g", consumer: "two") == 1)
        }
    }

    @Test("idle entries are claimed; those trimmed while pending are reported")
    func claim() async throws {
        try await withServer { client in
            try await client.xgroupCreate("s", group: "g")
            var ids: [StreamID] = []
            for _ in 0..<4 { ids.append(try await client.xadd("s", fields: fields)) }
            _ = try await client.xreadgroup(group: "g", consumer: "dead", streams: ["s"], count: 10)
            try await client.xdel("s", ids: [ids[1]])

            let own = try await client.xreadgroup(
                group: "g",
                consumer: "dead",
                streams: ["s"],
                position: .pending(after: .zero),
                count: 10
            )
            #expect(own[0].entries.map(\.isDeleted) == [false, true, false, false])
            #expect(own[0].entries[1].fields.isEmpty)

            let first = try await client.xautoclaim("s", group: "g", consumer: "heir", minimumIdle: .zero, count: 2)
            #expect(first.cursor != .zero)
            let second = try await client.xautoclaim(
                "s",
                group: "g",
                consumer: "heir",
                minimumIdle: .zero,
                from: first.cursor,
                count: 10
            )
            #expect(second.cursor == .zero)
            #expect((first.entries + second.entries).map(\.id) == [ids[0], ids[2], ids[3]])
            #expect(first.deleted + second.deleted == [ids[1]])
            #expect(second.entries[0].fields.string("v") == "1")
        }
    }

    @Test("a blocking read returns empty when its time is over, and an entry as soon as there is one")
    func blocking() async throws {
        try await withServer { client in
            try await client.xgroupCreate("s", group: "g")
            let connection = try await client.makeDedicatedConnection()
            let none = try await connection.xreadgroup(group: "g", consumer: "c", streams: ["s"], count: 1, block: .milliseconds(1))
            #expect(none.isEmpty)
            let reading = Task {
                try await connection.xreadgroup(group: "g", consumer: "c", streams: ["s", "s"], count: 1, block: .seconds(20))
            }
            try await waitForBlockedClient(client)
            let id = try await client.xadd("s", fields: fields)
            #expect(try await reading.value.first?.entries.first?.id == id)
            await connection.close()
        }
    }

    @Test("a blocking read may take the usual time of a command on top of the time it blocks")
    func blockingDeadline() async throws {
        struct Recorder: RedisCommands {
            struct Asked: Error {
                let arguments: [RedisArgument]
                let timeout: TimeAmount?
            }

            let commandTimeout = TimeAmount.seconds(1)

            func reply(to command: RedisCommand, timeout: TimeAmount?) async throws -> RESPFrame {
                throw Asked(arguments: command.arguments, timeout: timeout)
            }

            func replies(to commands: [RedisCommand], timeout: TimeAmount?) async throws -> [Result<RESPFrame, RedisError>] { [] }
        }
        for (block, timeout, option) in [(TimeAmount.seconds(2), TimeAmount.seconds(3), "2000"), (.nanoseconds(1), nil, "1")] {
            do {
                _ = try await Recorder().xreadgroup(group: "g", consumer: "c", streams: ["s"], count: 7, block: block)
            } catch let asked as Recorder.Asked {
                if let timeout { #expect(asked.timeout == timeout) }
                // Never 0, which would block for ever.
                #expect(asked.arguments[5...6] == ["BLOCK", .integer(Int(option) ?? 0)])
            }
        }
    }

    @Test("a blocked reader loses its server, comes back and reads on")
    func blockedReaderHeals() async throws {
        let server = try ServerProcess()
        try await withClient(server.configuration()) { client in
            try await client.xgroupCreate("s", group: "g")
            let connection = try await client.makeDedicatedConnection()
            let reading = Task { try await connection.xreadgroup(group: "g", consumer: "c", streams: ["s"], count: 1, block: .seconds(20)) }
            try await waitForBlockedClient(client)
            server.kill()
            #expect(await redisError { _ = try await reading.value } == .connectionLost)
            try server.start()
            try await reconnect { try await connection.connect() }
            // A server without persistence has forgotten the group.
            let error = await redisError { _ = try await connection.xreadgroup(group: "g", consumer: "c", streams: ["s"], count: 1) }
            guard case .server(let missing) = error else {
                Issue.record("group still there")
                return
            }
            #expect(missing.isNoGroup)
            #expect(!missing.description.contains("'g'"))
            try await connection.xgroupCreate("s", group: "g")
            try await connection.xadd("s", fields: fields)
            #expect(try await connection.xreadgroup(group: "g", consumer: "c", streams: ["s"], count: 1).count == 1)
            await connection.close()
        }
    }

    @Test("an answer of another shape is an error that names the command")
    func unexpectedShape() async throws {
        try await withServer { client in
            try await client.send(RedisCommand("SET", "k", "v"))
            guard case .server = await redisError({ _ = try await client.xlen("k") }) else {
                Issue.record("a string has a length as stream")
                return
            }
        }
    }
}
