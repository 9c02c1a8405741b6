/// Cuts a byte stream into events: each ends with a newline or a NUL. A pure value; whoever reads the bytes feeds it.
struct EventFramer: Sendable {
    private let maximumByteCount: Int
    private var partial: [UInt8] = []
    /// The event under way is too long: its rest is skipped.
    private var isSkipping = false

    init(maximumByteCount: Int = DatagramParser.maximumByteCount) {
        self.maximumByteCount = maximumByteCount
    }

    /// Takes bytes in any portions and calls back with every event they complete; empty ones are passed over.
    mutating func feed(_ bytes: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer, _ isTruncated: Bool) -> Void) {
        var rest = bytes[...]
        while let end = rest.firstIndex(where: { $0 == 0x0A || $0 == 0 }) {
            append(rest[..<end], emit)
            finish(emit)
            rest = rest[(end + 1)...]
        }
        append(rest, emit)
    }

    /// The stream has ended: what is left is the last event.
    mutating func finish(_ emit: (UnsafeRawBufferPointer, _ isTruncated: Bool) -> Void) {
        if !partial.isEmpty, !isSkipping { partial.withUnsafeBytes { emit($0, false) } }
        partial.removeAll(keepingCapacity: true)
        isSkipping = false
    }

    private mutating func append(_ bytes: Slice<UnsafeRawBufferPointer>, _ emit: (UnsafeRawBufferPointer, Bool) -> Void) {
        guard !isSkipping else { return }
        partial += bytes.prefix(maximumByteCount + 1 - partial.count)
        guard partial.count > maximumByteCount else { return }
        isSkipping = true
        partial.withUnsafeBytes { emit($0, true) }
        partial.removeAll(keepingCapacity: true)
    }
}
