import DequeModule
import Dispatch
import Foundation
import Synchronization

/// Lines on their way to the output: bounded, written by one background queue, never waited for (spec 01 §8).
///
/// Lines are written together, at most ten milliseconds after the first of them came: a busy node would otherwise wake a thread and call the
/// system for every request.
///
/// When full, the oldest line of least severity goes first; what was dropped is counted.
package final class LogQueue: Sendable {
    private struct State {
        /// Debug and info lines, and all others, each with its place in the order of arrival.
        var minor: Deque<(place: UInt64, text: [UInt8])> = []
        var major: Deque<(place: UInt64, text: [UInt8])> = []
        var places: UInt64 = 0
        var isDrainScheduled = false
        var dropped = 0

        mutating func popFirst() -> [UInt8]? {
            guard let minorPlace = minor.first?.place else { return major.popFirst()?.text }
            guard let majorPlace = major.first?.place, majorPlace < minorPlace else { return minor.popFirst()?.text }
            return major.popFirst()?.text
        }
    }

    private let state = Mutex(State())
    private let writer = DispatchQueue(label: "tbg.log")
    private let capacity: Int
    private let write: @Sendable ([UInt8]) -> Void
    private static let patience = DispatchTimeInterval.milliseconds(10)

    /// - Parameters:
    ///   - capacity: most lines held.
    ///   - write: puts whole lines, newlines included, where lines go.
    package init(capacity: Int = 10_000, write: @escaping @Sendable ([UInt8]) -> Void = LogQueue.standardOutput) {
        self.capacity = capacity
        self.write = write
    }

    /// Lines lost since the start.
    package var dropped: Int { state.withLock { $0.dropped } }
    /// Lines that wait for the output.
    var waiting: Int { state.withLock { $0.minor.count + $0.major.count } }

    /// Takes a line and returns at once.
    /// - Parameter isMinor: debug and info lines, the first to be dropped.
    package func append(_ text: [UInt8], isMinor: Bool) {
        let mustStart = state.withLock { state in
            if state.minor.count + state.major.count >= capacity {
                state.dropped += 1
                if state.minor.popFirst() == nil {
                    if isMinor { return false }
                    state.major.removeFirst()
                }
            }
            state.places += 1
            if isMinor { state.minor.append((state.places, text)) } else { state.major.append((state.places, text)) }
            defer { state.isDrainScheduled = true }
            return !state.isDrainScheduled
        }
        if mustStart { writer.asyncAfter(deadline: .now() + Self.patience) { self.drain() } }
    }

    /// Waits until everything taken so far is written; for the end of a process and for tests.
    package func flush() {
        writer.sync { self.drain() }
    }

    private func drain() {
        let lines = state.withLock { state in
            var lines: [UInt8] = []
            while let line = state.popFirst() { lines += line }
            state.isDrainScheduled = false
            return lines
        }
        if !lines.isEmpty { write(lines) }
    }

    /// Writes to standard output; a closed output loses lines instead of stopping the service.
    package static let standardOutput: @Sendable ([UInt8]) -> Void = { write($0, to: 1) }
    /// Writes to standard error, for tools whose output is their result.
    package static let standardError: @Sendable ([UInt8]) -> Void = { write($0, to: 2) }

    private static func write(_ line: [UInt8], to descriptor: Int32) {
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                guard written > 0 else { return }
                rest = rest.dropFirst(written)
            }
        }
    }
}
