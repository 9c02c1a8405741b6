import Foundation
import Glibc
import NIOCore
import Synchronization

/// Events of one sink that wait on disk while their destination is away (spec 03a §4.3). Critical and bulk events lie in lanes of their own:
/// a full spool drops the oldest bulk segment, never a block for a share. Only when critical events alone fill it, their oldest segment goes.
///
/// Calls block for a moment of disk time; they belong on a thread pool.
final class Spool: Sendable {
    private struct State {
        var critical: SpoolLane
        var bulk: SpoolLane
        /// Which lane the peeked records came from.
        var isCriticalPeeked = false

        /// Drops the oldest bulk segment, or a critical one when there is no other; answers its events, nil when nothing is left to drop.
        mutating func dropOldest() -> Int? {
            if !bulk.isEmpty { return bulk.dropOldest() }
            return critical.isEmpty ? nil : critical.dropOldest()
        }
    }

    private let state: Mutex<State>
    private let maximumBytes: Int
    private let segmentBytes: Int
    private let lock: Int32

    /// - Parameters:
    ///   - directory: made when missing; locked, so that no second collector writes there.
    ///   - maximumBytes: bound of all segments together.
    ///   - segmentBytes: what is dropped at once when the spool is full; by default 16 MiB, and of a small spool a sixteenth.
    init(directory: String, maximumBytes: Int, segmentBytes: Int? = nil) throws(CollectorError) {
        let segmentBytes = segmentBytes ?? min(16 << 20, maximumBytes / 16)
        try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        lock = try FileLock.take(directory + "/lock", for: directory)
        self.maximumBytes = maximumBytes
        self.segmentBytes = segmentBytes
        state = Mutex(
            State(
                critical: SpoolLane(directory: directory, name: "critical", segmentBytes: segmentBytes),
                bulk: SpoolLane(directory: directory, name: "bulk", segmentBytes: segmentBytes)
            )
        )
    }

    deinit { FileLock.release(lock) }

    var isEmpty: Bool { state.withLock { $0.critical.isEmpty && $0.bulk.isEmpty } }
    var byteCount: Int { state.withLock { $0.critical.byteCount + $0.bulk.byteCount } }

    /// Appends events in order; answers how many older events were dropped to make room.
    func append(_ records: [EventRecord]) throws(CollectorError) -> Int {
        var dropped = 0
        var critical = ByteBuffer()
        var bulk = ByteBuffer()
        for record in records {
            if record.isCritical { SpoolFrame.append(record.json, to: &critical) } else { SpoolFrame.append(record.json, to: &bulk) }
            // What gathered in memory may be more than the bound allows.
            if critical.readableBytes + bulk.readableBytes >= segmentBytes {
                dropped += try write(critical, bulk)
                critical.clear()
                bulk.clear()
            }
        }
        return dropped + (try write(critical, bulk))
    }

    private func write(_ critical: ByteBuffer, _ bulk: ByteBuffer) throws(CollectorError) -> Int {
        try state.withLock { state throws(CollectorError) in
            var dropped = 0
            let more = critical.readableBytes + bulk.readableBytes
            while state.critical.byteCount + state.bulk.byteCount + more > maximumBytes, let lost = state.dropOldest() { dropped += lost }
            if critical.readableBytes > 0 { try state.critical.append(critical) }
            if bulk.readableBytes > 0 { try state.bulk.append(bulk) }
            return dropped
        }
    }

    /// Up to `limit` of the oldest events, critical ones first. Records that cannot be read are passed over.
    func peek(limit: Int) -> (records: [EventRecord], isDamaged: Bool) {
        state.withLock { state in
            var isDamaged = false
            for isCritical in [true, false] {
                while true {
                    let found = isCritical ? state.critical.peek(limit: limit) : state.bulk.peek(limit: limit)
                    isDamaged = isDamaged || found.isDamaged
                    guard !found.records.isEmpty else { break }
                    state.isCriticalPeeked = isCritical
                    let records = found.records.compactMap { EventRecord(json: $0.readableBytesView) }
                    if !records.isEmpty { return (records, isDamaged) }
                    isDamaged = true
                    if isCritical { state.critical.removePeeked() } else { state.bulk.removePeeked() }
                }
            }
            return ([], isDamaged)
        }
    }

    /// Removes the events of the last ``peek(limit:)``: they have arrived.
    func removePeeked() {
        state.withLock { state in
            if state.isCriticalPeeked { state.critical.removePeeked() } else { state.bulk.removePeeked() }
        }
    }

    /// Puts what was appended on the disk for good.
    func sync() {
        state.withLock { state in
            state.critical.sync()
            state.bulk.sync()
        }
    }
}
