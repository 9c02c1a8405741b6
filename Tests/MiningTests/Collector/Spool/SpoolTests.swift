import Foundation
import GameRules
import NIOCore
import TestServers
import Testing

@testable import Mining

@Suite("Spool")
struct SpoolTests {
    private func record(_ number: Int, _ name: String = "share_submitted", padding: Int = 0) -> EventRecord {
        let text = #"{"n":\#(number),"text":"\#(String(repeating: "x", count: padding))"}"#
        let time = Instant(microsecondsSinceUnixEpoch: 1_772_000_000_000_000 + Int64(number))
        return EventRecord(
            name: name,
            envelope: EventEnvelope(id: UUID(), time: time, receivedAt: time),
            data: JSONObjectText(trusted: ByteBuffer(string: text))
        )
    }

    private func spool(_ directory: String, maximum: Int = 1 << 30, segment: Int = 1 << 14) throws -> Spool {
        try Spool(directory: directory, maximumBytes: maximum, segmentBytes: segment)
    }

    private func drained(_ spool: Spool, limit: Int = 7) -> [EventRecord] {
        var all: [EventRecord] = []
        while true {
            let records = spool.peek(limit: limit).records
            if records.isEmpty { return all }
            all += records
            spool.removePeeked()
        }
    }

    @Test("What is appended comes back in order, over many segments, and leaves no file")
    func order() async throws {
        let directory = try await TestServers.temporaryDirectory("spool")
        let spool = try spool(directory)
        let records = (0..<500).map { record($0, padding: 100) }
        for start in stride(from: 0, to: 500, by: 25) { #expect(try spool.append(Array(records[start..<(start + 25)])) == 0) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count > 3)
        #expect(drained(spool) == records)
        #expect(spool.isEmpty && spool.byteCount == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["lock"])
    }

    @Test("Critical events come first, and what was appended while reading comes last")
    func critical() async throws {
        let spool = try spool(try await TestServers.temporaryDirectory("spool"))
        let shares = (0..<3).map { record($0) }
        let block = record(10, "block_found")
        let later = record(11)
        _ = try spool.append([shares[0], block, shares[1], shares[2]])
        #expect(spool.peek(limit: 10).records == [block])
        spool.removePeeked()
        #expect(spool.peek(limit: 2).records == [shares[0], shares[1]])
        _ = try spool.append([later])
        spool.removePeeked()
        #expect(drained(spool) == [shares[2], later])
    }

    @Test("A restart finds what was left; a torn last record is ignored")
    func torn() async throws {
        let directory = try await TestServers.temporaryDirectory("spool")
        let records = (0..<10).map { record($0) }
        do {
            let first = try spool(directory)
            _ = try first.append(records)
            first.sync()
        }
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: directory).first { $0.hasPrefix("bulk-") })
        let path = directory + "/" + file
        let data = try #require(FileManager.default.contents(atPath: path))
        try data.dropLast(5).write(to: URL(fileURLWithPath: path))

        let second = try spool(directory)
        let more = record(99)
        _ = try second.append([more])
        #expect(drained(second) == Array(records.dropLast()) + [more])
    }

    @Test("A flipped bit ends its segment; the next segment is read all the same")
    func damaged() async throws {
        let directory = try await TestServers.temporaryDirectory("spool")
        let records = (0..<4).map { record($0) }
        do {
            let first = try spool(directory)
            _ = try first.append(records)
        }
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: directory).first { $0.hasPrefix("bulk-") })
        var data = try #require(FileManager.default.contents(atPath: directory + "/" + file))
        data[data.count / 2 + 20] ^= 1
        try data.write(to: URL(fileURLWithPath: directory + "/" + file))
        let second = try spool(directory)
        let more = record(99)
        _ = try second.append([more])
        let read = drained(second)
        #expect(read.last == more)
        #expect(read.dropLast().elementsEqual(records.prefix(read.count - 1)))
        #expect(read.count < 5)
    }

    @Test("A full spool drops its oldest bulk segments and counts them, never a block")
    func bound() async throws {
        let spool = try spool(try await TestServers.temporaryDirectory("spool"), maximum: 60_000, segment: 10_000)
        let block = record(0, "block_found")
        _ = try spool.append([block])
        let records = (1...400).map { record($0, padding: 200) }
        var dropped = 0
        for record in records { dropped += try spool.append([record]) }
        #expect(spool.byteCount <= 60_000)
        let left = drained(spool)
        #expect(left.first == block)
        #expect(dropped > 0)
        #expect(Array(left.dropFirst()) == Array(records.dropFirst(dropped)))
    }

    @Test("Critical events that alone fill a spool lose their oldest segments, counted; the bound holds")
    func criticalBound() async throws {
        let spool = try spool(try await TestServers.temporaryDirectory("spool"), maximum: 60_000, segment: 10_000)
        let records = (0..<400).map { record($0, "miner_connected", padding: 200) }
        var dropped = 0
        for record in records {
            dropped += try spool.append([record])
            #expect(spool.byteCount <= 60_000)
        }
        #expect(dropped > 0)
        #expect(drained(spool) == Array(records.dropFirst(dropped)))
        // Shares that lie beside them go first.
        let share = record(500, padding: 200)
        #expect(try spool.append([share]) == 0)
        var lost = 0
        for record in records where lost == 0 { lost = try spool.append([record]) }
        #expect(lost == 1)
        #expect(!drained(spool).contains(share))
    }

    @Test("Two collectors cannot share a spool")
    func locked() async throws {
        let directory = try await TestServers.temporaryDirectory("spool")
        let first = try spool(directory)
        #expect(throws: CollectorError.inUse(path: directory)) { try spool(directory) }
        withExtendedLifetime(first) {}
    }

    @Test("The checksum is that of zlib")
    func checksum() {
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.checksum([]) == 0)
    }
}
