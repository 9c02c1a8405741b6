/// The witness stack of one input (BIP-144).
struct Witness: Equatable {
    var items: [[UInt8]]

    /// More than any spend of a single key needs.
    static let maximumItems = 4

    init(_ items: [[UInt8]]) {
        self.items = items
    }

    /// Reads one stack; nil if it is malformed or has more than ``maximumItems`` items.
    init?(reading reader: inout ByteReader) {
        guard let count = reader.readCompactSize(), count <= Self.maximumItems else { return nil }
        items = []
        for _ in 0..<count {
            guard let item = reader.readSized() else { return nil }
            items.append(item)
        }
    }

    /// Reads a text's whole payload; nil also if anything follows the stack.
    init?(serialized bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        self.init(reading: &reader)
        guard reader.isAtEnd else { return nil }
    }

    var serialized: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(compactSize: items.count)
        for item in items { bytes.append(sized: item) }
        return bytes
    }
}
