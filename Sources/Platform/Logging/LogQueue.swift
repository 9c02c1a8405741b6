import DequeModule
import Dispatch
import Foundation
import Synchronization

/// Lines on their way to the output: bounded, written by one background queue, never waited for (spec 01 §8).
///
/// When full, the oldest line of least severity goes first; what was dropped is counted.
package final class LogQueue: Sendable {
    private struct State {
        var lines: Deque<(isMinor: Bool, text: [UInt8])> = []
        var isDraining = false
        var dropped = 0
    }

    private let state = Mutex(State())
    private let writer = DispatchQueue(label: "tbg.log")
    private let capacity: Int
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameters:
    ///   - capacity: most lines held.
    ///   - write: puts one line, newline included, where lines go.
    package init(capacity: Int = 10_000, write: @escaping @Sendable ([UInt8]) -> Void = LogQueue.standardOutput) {
        self.capacity = capacity
        self.write = write
    }

    /// Lines lost since the start.
    package var dropped: Int { state.withLock { $0.dropped } }

    /// Takes a line and returns at once.
    /// - Parameter isMinor: debug and info lines, the first to be dropped.
    package func append(_ text: [UInt8], isMinor: Bool) {
        let mustStart = state.withLock { state in
            if state.lines.count >= capacity {
                state.dropped += 1
                if let minor = state.lines.firstIndex(where: \.isMinor) {
                    state.lines.remove(at: minor)
                } else if isMinor {
                    return false
                } else {
                    state.lines.removeFirst()
                }
            }
            state.lines.append((isMinor, text))
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if mustStart { writer.async { self.drain() } }
    }

    /// Waits until everything taken so far is written; for the end of a process and for tests.
    package func flush() {
        writer.sync { self.drain() }
    }

    private func drain() {
        while true {
            let line = state.withLock { state -> [UInt8]? in
                guard let first = state.lines.popFirst() else {
                    state.isDraining = false
                    return nil
                }
                return first.text
            }
            guard let line else { return }
            write(line)
        }
    }

    /// Writes to standard output; a closed output loses lines instead of stopping the service.
    package static let standardOutput: @Sendable ([UInt8]) -> Void = { line in
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Glibc.write(1, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                guard written > 0 else { return }
                rest = rest.dropFirst(written)
            }
        }
    }
}
