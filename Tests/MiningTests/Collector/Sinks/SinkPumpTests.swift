import Foundation
import GameRules
import Logging
import NIOCore
import Synchronization
import TestServers
import Testing

@testable import Mining

@Suite("Sink pump")
struct SinkPumpTests {
    /// A destination that can be away, and that never takes some events.
    private final class Destination: EventSink {
        let name = "test"
        let batchLimit = 10
        let patience = Duration.zero
        private let state = Mutex((isAway: false, taken: [EventRecord](), writes: 0))
        let refuses: @Sendable (EventRecord) -> Bool

        init(refuses: @escaping @Sendable (EventRecord) -> Bool = { _ in false }) { self.refuses = refuses }

        var isAway: Bool {
            get { state.withLock { $0.isAway } }
            set { state.withLock { $0.isAway = newValue } }
        }
        var taken: [EventRecord] { state.withLock { $0.taken } }
        var writes: Int { state.withLock { $0.writes } }

        func write(_ records: [EventRecord]) async -> SinkOutcome {
            state.withLock { state in
                state.writes += 1
                if state.isAway { return SinkOutcome(rest: records, error: "away") }
                state.taken += records.filter { !refuses($0) }
                return SinkOutcome(refused: records.filter(refuses))
            }
        }
    }

    private func record(_ number: Int, _ name: String = "share_submitted") -> EventRecord {
        let time = Instant(microsecondsSinceUnixEpoch: 1_772_000_000_000_000 + Int64(number))
        return EventRecord(
            name: name,
            envelope: EventEnvelope(id: UUID(), time: time, receivedAt: time),
            data: JSONObjectText(trusted: ByteBuffer(string: "{}"))
        )
    }

    private func pump(_ destination: Destination, spool: Spool?, queue: SinkQueue = SinkQueue()) -> SinkPump {
        SinkPump(sink: destination, spool: spool, queue: queue, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func eventually(_ condition: () -> Bool) async throws {
        for _ in 0..<3000 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("not within half a minute")
    }

    @Test("While the destination is away events go to disk; afterwards all have arrived once and in order")
    func spooling() async throws {
        let destination = Destination()
        let pump = pump(destination, spool: try Spool(directory: try await TestServers.temporaryDirectory("pump"), maximumBytes: 1 << 24))
        let running = Task { await pump.run() }
        let first = (0..<5).map { record($0) }
        for record in first { #expect(pump.append(record)) }
        try await eventually { destination.taken == first }

        destination.isAway = true
        let second = (5..<100).map { record($0) }
        for record in second { #expect(pump.append(record)) }
        try await eventually { pump.state == .spooling && pump.queue.count == 0 && pump.spooledBytes > 0 }
        let third = (100..<105).map { record($0) }
        for record in third { #expect(pump.append(record)) }
        destination.isAway = false
        try await eventually { destination.taken.count == 105 }
        #expect(destination.taken == first + second + third)
        try await eventually { pump.state == .working && pump.spooledBytes == 0 }
        pump.queue.end()
        await running.value
    }

    @Test("Ended while the destination is away, the rest waits on disk for the next process")
    func ended() async throws {
        let destination = Destination()
        destination.isAway = true
        let directory = try await TestServers.temporaryDirectory("pump")
        let records = (0..<50).map { record($0) }
        do {
            let pump = pump(destination, spool: try Spool(directory: directory, maximumBytes: 1 << 24))
            for record in records { _ = pump.append(record) }
            pump.queue.end()
            await pump.run()
            #expect(destination.taken == [])
        }
        destination.isAway = false
        // The first one's lock goes with the last task that knows it.
        var spool: Spool?
        try await eventually {
            spool = try? Spool(directory: directory, maximumBytes: 1 << 24)
            return spool != nil
        }
        let next = pump(destination, spool: spool)
        next.queue.end()
        await next.run()
        #expect(destination.taken == records)
    }

    @Test("Without a spool events wait in memory, the newest bulk events are dropped, and critical ones are not")
    func full() async throws {
        let destination = Destination()
        destination.isAway = true
        let pump = pump(destination, spool: nil, queue: SinkQueue(criticalCapacity: 5, bulkCapacity: 20))
        for number in 0..<20 { #expect(pump.append(record(number))) }
        #expect(!pump.append(record(20)))
        for number in 30..<35 { #expect(pump.append(record(number, "block_found"))) }
        #expect(!pump.append(record(35, "block_found")))
        let running = Task { await pump.run() }
        try await eventually { destination.writes > 0 }
        destination.isAway = false
        try await eventually { destination.taken.count == 25 }
        #expect(destination.taken.prefix(5).allSatisfy { $0.name == "block_found" })
        pump.queue.end()
        await running.value
    }

    @Test("An event the destination can never take is dropped, and the others arrive")
    func refused() async throws {
        let bad = record(3)
        let destination = Destination { $0 == bad }
        let pump = pump(destination, spool: nil)
        for record in [record(1), record(2), bad, record(4)] { _ = pump.append(record) }
        pump.queue.end()
        await pump.run()
        #expect(destination.taken.count == 3 && !destination.taken.contains(bad))
    }
}
