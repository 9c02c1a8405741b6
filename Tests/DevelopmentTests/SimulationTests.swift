import Bitcoin
import Foundation
import Glibc
import LocalServers
import Testing

@testable import Development

@Suite("What the simulated pool sends")
struct MiningSimulationTests {
    private static let start: Int64 = 1_772_000_000_000_000
    private static let addresses = DemoUsers.standardAddresses(network: .mainnet)

    private static func events(_ count: Int, seed: UInt64 = 7, rate: Double = 1) -> [PoolEvent] {
        var simulation = MiningSimulation(.init(addresses: addresses, rate: rate, seed: seed, start: start))
        return (0..<count).map { _ in simulation.next() }
    }

    private static func number(_ event: PoolEvent, _ name: String) -> Double {
        if case .number(let value) = event[name] { value } else { .nan }
    }

    @Test("The same seed gives the same datagrams, another seed others")
    func deterministic() {
        let first = Self.events(500).map { $0.encoded() }
        #expect(first == Self.events(500).map { $0.encoded() })
        #expect(first != Self.events(500, seed: 8).map { $0.encoded() })
    }

    @Test("Six workers connect within the first second, before their shares, and time never goes back")
    func connects() {
        let events = Self.events(2_000)
        let connects = events.filter { $0.name == "miner_connected" }
        #expect(connects.count == 6)
        #expect(connects.allSatisfy { $0.time - Self.start <= 1_000_000 })
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time })
        var seen: Set<String> = []
        for event in events {
            guard case .text(let worker) = event["worker"] else { continue }
            if event.name == "miner_connected" { seen.insert(worker) }
            #expect(seen.contains(worker))
        }
    }

    @Test("Each worker finds a share every 2 to 6 seconds on average")
    func rate() {
        let shares = Self.events(20_000).filter { $0.name == "share_submitted" }
        let seconds = Double((shares.last?.time ?? 0) - Self.start) / 1_000_000
        let gap = seconds * 6 / Double(shares.count)
        #expect((2...6).contains(gap))
        let fast = Self.events(20_000, rate: 10).filter { $0.name == "share_submitted" }
        let fastSeconds = Double((fast.last?.time ?? 0) - Self.start) / 1_000_000
        #expect((0.2...0.6).contains(fastSeconds * 6 / Double(fast.count)))
    }

    @Test("Achieved difficulty is at least the assigned one for accepted shares, below it for rejected ones, heavy-tailed as hashes are")
    func difficulties() {
        let shares = Self.events(20_000).filter { $0.name == "share_submitted" }
        var overTwice = 0
        var rejected = 0
        for share in shares {
            let (assigned, achieved) = (Self.number(share, "diff"), Self.number(share, "sdiff"))
            if share["accepted"] == .flag(true) {
                #expect(achieved >= assigned)
                if achieved >= 2 * assigned { overTwice += 1 }
            } else {
                rejected += 1
                #expect(achieved < assigned && achieved > 0)
                #expect(share["reject_reason"] != nil)
            }
        }
        #expect((0.47...0.53).contains(Double(overTwice) / Double(shares.count - rejected)))
        #expect((0.01...0.03).contains(Double(rejected) / Double(shares.count)))
    }

    @Test("Every kind of event and every dialect occurs, blocks every few minutes with growing heights")
    func variety() {
        let events = Self.events(20_000)
        let names = Set(events.map(\.name))
        #expect(
            names == ["miner_connected", "share_submitted", "share_best_diff", "diff_updated", "hashrate_update", "new_block_network"]
        )
        for dialect in [PoolEvent.Dialect.native, .flat, .dotted] { #expect(events.contains { $0.dialect == dialect }) }
        let heights = events.compactMap { if case .integer(let height) = $0["height"] { height } else { nil } }
        #expect(zip(heights, heights.dropFirst()).allSatisfy { $0 < $1 })
        let seconds = Double((events.last?.time ?? 0) - Self.start) / 1_000_000
        #expect((150...400).contains(seconds / Double(heights.count)))
    }

    @Test("Best values of a session only grow, each from the one before")
    func bests() {
        var best: [String: Double] = [:]
        for event in Self.events(5_000) where event.name == "share_best_diff" {
            guard case .text(let worker) = event["worker"] else { continue }
            #expect(Self.number(event, "prev_best") == best[worker, default: 0])
            #expect(Self.number(event, "new_best") > best[worker, default: 0])
            best[worker] = Self.number(event, "new_best")
        }
        #expect(best.count == 6)
    }

    @Test("Every datagram is one JSON object without control characters")
    func json() throws {
        for event in Self.events(3_000) {
            let object = try JSONSerialization.jsonObject(with: Data(event.encoded().utf8)) as? [String: Any]
            #expect(object != nil)
            #expect(object?["event"] != nil || object?["type"] != nil)
        }
    }

    @Test("At the end every worker that connected disconnects")
    func farewell() {
        var simulation = MiningSimulation(.init(addresses: Self.addresses, seed: 1, start: Self.start))
        #expect(simulation.farewell(at: Self.start).isEmpty)
        for _ in 0..<200 { _ = simulation.next() }
        let events = simulation.farewell(at: Self.start + 900_000_000)
        #expect(events.count == 6)
        #expect(events.allSatisfy { $0.name == "miner_disconnected" && $0["reason"] == .text("shutdown") })
    }
}

@Suite("How events are written")
struct PoolEventTests {
    private static let share = PoolEvent(
        name: "share_submitted",
        time: 1_772_000_000_000_007,
        members: [
            ("user", .text("bc1q")), ("diff", .number(64)), ("sdiff", .number(128.5)), ("accepted", .flag(true)),
            ("client_id", .integer(3)),
        ]
    )

    @Test("N has the payload in data")
    func native() {
        let expected = #"{"event":"share_submitted","ts":1772000000.000007,"source":"hosted","region":"eu","data":"#
        #expect(Self.share.encoded() == expected + #"{"user":"bc1q","diff":64.0,"sdiff":128.5,"accepted":true,"client_id":3}}"#)
    }

    @Test("F has everything beside the name")
    func flat() {
        var share = Self.share
        share.dialect = .flat
        let expected = #"{"event":"share_submitted","timestamp":1772000000.000007,"user":"bc1q","#
        #expect(share.encoded() == expected + #""diff":64.0,"sdiff":128.5,"accepted":true,"client_id":3}"#)
    }

    @Test("D swaps the two difficulties and names the address")
    func dotted() {
        var share = Self.share
        share.dialect = .dotted
        share.identifier = "0193aa00-0000-4000-8000-000000000000"
        let envelope =
            #"{"event_id":"0193aa00-0000-4000-8000-000000000000","type":"share.accepted","timestamp":"2026-02-25T06:13:20.000007Z","#
        let payload = #""pool_instance":"demo-1","payload":{"address":"bc1q","sdiff":64.0,"diff":128.5,"client_id":3}}"#
        #expect(share.encoded() == envelope + payload)
    }

    @Test(
        "Pool time is written as RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (951_782_399_999_999, "2000-02-28T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"), (1_798_761_599_000_001, "2026-12-31T23:59:59.000001Z"),
        ] as [(Int64, String)]
    )
    func rfc3339(time: Int64, expected: String) {
        #expect(PoolEvent.rfc3339(time) == expected)
    }

    @Test("Quotes and backslashes in a name are escaped")
    func escaping() {
        let event = PoolEvent(name: "x", time: 0, members: [("worker", .text(#"a"b\c"#))], dialect: .flat)
        #expect(event.encoded() == #"{"event":"x","timestamp":0.000000,"worker":"a\"b\\c"}"#)
    }

    @Test("Generated identifiers are version 4")
    func uuid() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<50 {
            let text = random.uuid()
            #expect(UUID(uuidString: text) != nil)
            #expect(Array(text)[14] == "4" && "89ab".contains(Array(text)[19]))
        }
    }

    @Test("The generator is SplitMix64")
    func generator() {
        var random = SplitMix64(seed: 1_234_567)
        let numbers = (0..<3).map { _ in random.next() }
        #expect(numbers == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }
}

@Suite("Datagrams")
struct DatagramSenderTests {
    @Test("An absent socket, a full queue and a socket that came back are told apart")
    func outcomes() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/events.sock"
        var sender = DatagramSender(path: path)
        #expect(sender.send("a") == .absent)

        var receiver = try #require(Self.bind(path))
        #expect(sender.send("a") == .sent)
        var outcome = DatagramSender.Outcome.sent
        for _ in 0..<100_000 where outcome == .sent { outcome = sender.send("b") }
        #expect(outcome == .full)
        #expect(Self.receive(receiver) == "a")
        #expect(sender.send("c") == .sent)

        close(receiver)
        unlink(path)
        #expect(sender.send("d") == .absent)
        receiver = try #require(Self.bind(path))
        #expect(sender.send("e") == .sent)
        #expect(Self.receive(receiver) == "e")
        close(receiver)
    }

    @Test("The simulator waits for the socket and says goodbye when cancelled")
    func simulator() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/events.sock"
        let start = Int64(Date().timeIntervalSince1970 * 1_000_000)
        let configuration = MiningSimulation.Configuration(
            addresses: DemoUsers.standardAddresses(network: .mainnet),
            rate: 100,
            seed: 1,
            start: start
        )
        let running = Task { await Simulator(path: path, configuration: configuration) { _ in }.run() }
        let receiver = try #require(Self.bind(path))
        var received: [String] = []
        try await eventually {
            while let datagram = Self.receive(receiver) { received.append(datagram) }
            return received.filter { $0.contains("miner_connected") }.count == 6 && received.count > 60
        }
        running.cancel()
        await running.value
        while let datagram = Self.receive(receiver) { received.append(datagram) }
        #expect(received.contains { $0.contains("miner_disconnected") })
        close(receiver)
    }

    private static func bind(_ path: String) -> Int32? {
        let descriptor = socket(AF_UNIX, UnixSocket.datagram | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        return result == 0 ? descriptor : nil
    }

    private static func receive(_ descriptor: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
