/// The parameters of a query string (`application/x-www-form-urlencoded`), decoded when first asked for.
struct QueryParameters: Sendable {
    private let text: String
    private var pairs: [(name: String, value: String?)]?

    init(_ text: String? = nil) {
        self.text = text ?? ""
    }

    /// The value of a parameter: nil when it is absent or empty, of repeated ones the last. A value that does not decode is `.some(nil)`.
    mutating func value(of name: String) -> String?? {
        if text.isEmpty { return nil }
        let decoded = pairs ?? decode()
        if pairs == nil { pairs = decoded }
        guard let pair = decoded.last(where: { $0.name == name }), pair.value != "" else { return nil }
        return .some(pair.value)
    }

    private func decode() -> [(name: String, value: String?)] {
        text.split(separator: "&", omittingEmptySubsequences: true).compactMap { part in
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = halves.first, let name = PercentEncoding.decode(first, plusIsSpace: true) else { return nil }
            return (name, halves.count == 2 ? PercentEncoding.decode(halves[1], plusIsSpace: true) : "")
        }
    }
}

/// The captured segments of a path, still percent-encoded.
struct PathParameters: Sendable {
    var names: [String] = []
    var values: [Substring] = []

    /// A captured segment, percent-decoded once; nil when it does not decode to UTF-8.
    func decoded(_ name: String) -> String? {
        guard let index = names.firstIndex(of: name), index < values.count else { return nil }
        return PercentEncoding.decode(values[index], plusIsSpace: false)
    }
}

enum PercentEncoding {
    /// Decodes `%XX`; nil for a broken escape or bytes that are not UTF-8.
    static func decode(_ text: Substring, plusIsSpace: Bool) -> String? {
        let source = text.utf8
        guard source.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return String(text) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.count)
        var iterator = source.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
