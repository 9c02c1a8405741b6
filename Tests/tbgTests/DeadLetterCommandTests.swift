import Foundation
import LocalServers
import Logging
import NIOPosix
import Redis
import TestServers
import Testing

/// `tbg deadletter` on a real Redis (spec 03a §6.4).
@Suite("Dead letters from the command line", .serialized)
struct DeadLetterCommandTests {
    private static let stream = "mining:share_submitted"

    @Test("Letters are counted, listed, shown, put back under their ids and thrown away; what is wrong is told")
    func commands() async throws {
        try await withDatabase(template: Rig.migrated) { database in
            try await withRedis { server in
                let redis = RedisClient(
                    configuration: try RedisConfiguration(url: server.url),
                    eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
                func run(_ arguments: String...) async throws -> CommandOutput {
                    try await Program.run(
                        ["deadletter"] + arguments,
                        ["DATABASE_URL": database.url, "REDIS_URL": server.url, "LOG_LEVEL": "error"]
                    )
                }
                func letter(_ stream: String, _ reason: String, _ raw: String, entry: String = "1772000000000-0") async throws -> String {
                    try await redis.xadd(
                        "\(stream):dead",
                        fields: [
                            ("reason", .string(reason)), ("detail", "why"), ("stream", .string(stream)), ("entry_id", .string(entry)),
                            ("deliveries", "5"), ("raw", .string(raw)), ("at", "2026-02-25T12:00:00Z"),
                        ]
                    ).description
                }
                #expect(try await run("list").text.isEmpty)
                let id = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
                let first = try await letter(Self.stream, "unprocessable", #"{"event_id":"\#(id)","data":"{}"}"#)
                let second = try await letter(Self.stream, "bad_address", #"{"data":"{}"}"#, entry: "1772000000001-0")
                _ = try await letter("mining:socket", "not_json", "garbage")

                let counts = try await run("list")
                #expect(
                    counts.status == .code(0) && counts.text.contains("\(Self.stream):dead 2")
                        && counts.text.contains("mining:socket:dead 1")
                )
                let list = try await run("list", Self.stream)
                #expect(list.text.contains("\(first) 2026-02-25T12:00:00Z unprocessable (why)") && list.text.contains("\(second) "))
                let shown = try await run("show", Self.stream, second)
                #expect(
                    shown.text.contains("reason: bad_address") && shown.text.contains("deliveries: 5")
                        && !shown.text.contains("unprocessable")
                )

                let replayed = try await run("replay", Self.stream, first)
                #expect(replayed.text.contains("1 put back, 0 kept"), "\(replayed.text)")
                let entries = try await redis.xrange(Self.stream, count: 10)
                #expect(entries.map { $0.fields.string("event_id") } == [id])
                #expect(try await run("replay", "mining:socket").text.contains("0 put back, 1 kept"))

                #expect(try await run("drop", Self.stream + ":dead", second).text.contains("1 thrown away"))
                #expect(try await run("drop", "mining:socket").text.contains("1 thrown away"))
                #expect(try await run("list").text.isEmpty)

                let unknown = try await run("show", "mining:nothing")
                #expect(unknown.status == .code(64) && unknown.text.contains("mining:share_submitted:dead"), "\(unknown.text)")
                #expect(try await run("drop", Self.stream, "yesterday").status == .code(64))
                await redis.close()
            }
        }
    }
}
