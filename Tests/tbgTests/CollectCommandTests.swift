import API
import Bitcoin
import Development
import Foundation
import LocalServers
import Logging
import NIOPosix
import Redis
import TestServers
import Testing

/// `tbg collect` as it runs on a pool's host, and `tbg simulate` as the pool (spec 03a §4; issue 4).
@Suite("Collector and simulator as processes", .serialized)
struct CollectCommandTests {
    private struct Bench {
        let folder: String
        let process: ChildProcess
        let admin: Wire
        let server: RedisServer
        let redis: RedisClient

        var socket: String { folder + "/a.sock" }

        func simulate(_ arguments: String...) async throws -> CommandOutput {
            try await Program.run(["simulate", "--socket", socket] + arguments)
        }

        /// A metric's value.
        func metric(_ name: String) async throws -> Double {
            let page = try await admin.get("/metrics")
            let line = page.body.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            return line?.split(separator: " ").last.flatMap { Double($0) } ?? 0
        }
    }

    /// A collector for two pools, with a Redis of its own.
    private func collecting(_ more: [String: String] = [:], _ body: @Sendable (Bench) async throws -> Void) async throws {
        try await withDatabase(template: Rig.migrated) { database in
            try await TestServers.withPrivateRedis { server in
                let (folder, port) = (try await TestServers.temporaryDirectory("pool"), try await FreePort.take())
                let url = try await server.url()
                let redis = RedisClient(
                    configuration: try .patient(url),
                    eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
                let variables = [
                    "DATABASE_URL": database.url, "REDIS_URL": url, "COLLECTOR_ADMIN_PORT": String(port),
                    "METRICS_HOST": "127.0.0.1",
                    "COLLECTOR_SOCKET": "\(folder)/a.sock,stream:\(folder)/b.sock", "COLLECTOR_SPOOL_DIR": folder + "/spool",
                ]
                let process = try await ChildProcess.start(
                    Command(
                        Program.path,
                        ["collect"],
                        environment: Program.environment(variables.merging(more) { $1 }),
                        workingDirectory: folder,
                        logPath: folder + "/log",
                        parentDeathSignal: .kill
                    )
                )
                let bench = Bench(folder: folder, process: process, admin: Wire(port: port), server: server, redis: redis)
                do {
                    try await eventually("healthy") { (try? await bench.admin.get("/health").status) == 200 }
                    try await body(bench)
                } catch {
                    await process.stop(signal: SIGKILL, grace: .seconds(5))
                    throw error
                }
                await process.stop(signal: SIGKILL, grace: .seconds(5))
                await redis.close()
            }
        }
    }

    @Test("Health tells of sockets and sinks, metrics of every datagram; SIGTERM empties the socket and takes it away")
    func wholeLife() async throws {
        try await collecting { bench in
            let health = try await bench.admin.get("/health")
            #expect(health.json?["status"] == "healthy" && health.json?["sockets"]?.arrayValue?.count == 2)
            #expect(health.json?["sinks"]?["redis"]?["state"] == "working" && health.json?["sinks"]?["raw_log"] != nil, "\(health.body)")
            var sender = DatagramSender(path: bench.socket)
            let share = Pool.share(of: DemoUsers.standardAddresses(network: .mainnet)[0], worker: "rig1", achieved: 5000)
            for datagram in [share, share, "garbage", #"{"event":"asicboost_detected","data":{}}"#] {
                #expect(sender.send(datagram) == .sent)
            }
            try await eventually("counted") { try await bench.metric(#"tbg_collector_rejects_total{reason="not_json"}"#) == 1 }
            try await eventually("in the stream") { try await bench.redis.xlen("mining:share_submitted") == 1 }
            #expect(try await bench.metric(#"tbg_collector_events_total{result="duplicate"}"#) == 1)

            // A lost socket is bound again soon, perhaps before anybody asks; a file in its place keeps it away.
            let path = bench.folder + "/b.sock"
            try Data().write(to: URL(filePath: path + ".new"))
            rename(path + ".new", path)
            let failing = try await bench.admin.get("/health")
            #expect(failing.status == 503 && failing.json?["status"] == "failing")
            unlink(path)
            try await eventually("bound again") { try await bench.admin.get("/health").status == 200 }

            for number in 0..<200 {
                let share = Pool.share(
                    of: DemoUsers.standardAddresses(network: .mainnet)[0],
                    worker: "rig1",
                    achieved: 6000 + Double(number)
                )
                while sender.send(share) != .sent { try await Task.sleep(for: .milliseconds(1)) }
            }
            await bench.process.stop(signal: SIGTERM, grace: .seconds(20))
            #expect(try await bench.redis.xlen("mining:share_submitted") == 201)
            #expect(!FileManager.default.fileExists(atPath: bench.socket))
        }
    }

    @Test("While Redis is away the spool keeps to its bound: the oldest shares go, are counted, and no block; the raw log has them all")
    func spoolBound() async throws {
        try await collecting(["COLLECTOR_SPOOL_MAX_BYTES": "1048576"]) { bench in
            let address = DemoUsers.standardAddresses(network: .mainnet)[0]
            await bench.server.stop()
            var sender = DatagramSender(path: bench.socket)
            let block = """
                {"event":"block_found","ts":\(Date().timeIntervalSince1970),"data":{"user":"\(address)","worker":"w","height":800001,"hash":"",\
                "diff":0,"network_diff":0,"reward_sats":0}}
                """
            let count = 8_000
            for datagram in [block] + (0..<count).map({ Pool.share(of: address, worker: "rig1", achieved: 6000 + Double($0)) }) {
                while sender.send(datagram) != .sent { try await Task.sleep(for: .milliseconds(1)) }
            }
            try await eventually("all are in the raw log") {
                try await bench.metric(#"tbg_collector_sink_events_total{sink="raw_log"}"#) == Double(count + 1)
            }
            try await eventually("the spool is full") {
                guard try await bench.metric(#"tbg_collector_spool_dropped_total{sink="redis"}"#) > 0 else { return false }
                // Gauges are set every five seconds: they may tell of before. A small part is dropped at a time, so it stays half full.
                guard try await bench.metric(#"tbg_collector_spool_bytes{sink="redis"}"#) > 524_288 else { return false }
                return try await bench.metric(#"tbg_collector_queue_events{sink="redis"}"#) == 0
            }
            #expect(try await bench.metric(#"tbg_collector_spool_bytes{sink="redis"}"#) <= 1_048_576)
            try await bench.server.start()
            // What a batch drops is counted behind the batch, so the last of it may show only now.
            var dropped = 0
            try await eventually("what was kept has arrived, and the rest is counted") {
                dropped = Int(try await bench.metric(#"tbg_collector_spool_dropped_total{sink="redis"}"#))
                return (try? await bench.redis.xlen("mining:share_submitted")) == count - dropped
            }
            #expect(try await bench.redis.xlen("mining:block_found") == 1)
            let oldest = try #require(try await bench.redis.xrange("mining:share_submitted", count: 1).first?.fields.string("data"))
            #expect(oldest.contains("\"sdiff\":\(6000 + dropped),"), "\(oldest)")
        }
    }

    @Test("The simulator plays a file as it is, good lines and bad ones")
    func file() async throws {
        try await collecting { bench in
            let address = DemoUsers.standardAddresses(network: .mainnet)[0]
            let now = Date().timeIntervalSince1970
            let lines = (0..<20).map { number in
                #"{"event":"share_submitted","ts":\#(now + Double(number) * 0.5),"user":"\#(address)","worker":"w","diff":1,"sdiff":\#(number + 2)}"#
            }
            let path = bench.folder + "/events.jsonl"
            try Data((lines + ["garbage", ""]).joined(separator: "\n").utf8).write(to: URL(filePath: path))
            let output = try await bench.simulate("--file", path, "--speed", "100")
            #expect(output.status == .code(0), "\(output.text)")
            try await eventually("all arrived") { try await bench.redis.xlen("mining:share_submitted") == 20 }
            try await eventually("the bad one too") { try await bench.redis.xlen("mining:socket:dead") == 1 }
            #expect(try await bench.simulate("--file", bench.folder + "/missing").status != .code(0))
        }
    }

    @Test(
        "A population of a thousand, misbehaving on purpose: its good shares arrive, its bad datagrams are dead letters, and nothing stops"
    )
    func population() async throws {
        try await collecting { bench in
            let simulator = try await ChildProcess.start(
                Command(
                    Program.path,
                    ["simulate", "--socket", bench.socket, "--miners", "1000", "--rate", "2000", "--chaos", "--seed", "7"],
                    environment: Program.environment([:]),
                    workingDirectory: bench.folder,
                    logPath: bench.folder + "/simulator",
                    parentDeathSignal: .kill
                )
            )
            try await eventually("shares of hundreds of miners and every fault") {
                guard try await bench.redis.xlen("mining:share_submitted") > 3_000, try await bench.redis.xlen("mining:socket:dead") > 0,
                    try await bench.metric(#"tbg_collector_events_total{result="duplicate"}"#) > 0
                else { return false }
                return try await bench.metric("tbg_collector_time_fixed_total") > 0
            }
            await simulator.stop(signal: SIGTERM, grace: .seconds(20))
            let entries = try await bench.redis.xrange("mining:share_submitted", count: 3_000)
            let miners = Set(entries.compactMap { $0.fields.string("data")?.split(separator: #""user":""#).last?.prefix(42) })
            #expect(miners.count > 500)
            #expect(try await bench.admin.get("/health").status == 200)
        }
    }

    @Test("Options of the simulator that make no sense are refused")
    func options() async throws {
        for arguments in [
            ["--miners", "0"], ["--miners", "100001"], ["--rate", "0"], ["--workers", "501"], ["--speed", "-1"],
            ["--file", "/nowhere", "--speed", "0"],
        ] {
            let output = try await Program.run(["simulate"] + arguments)
            #expect(output.status == .code(64), "\(arguments): \(output.text)")
        }
    }
}
