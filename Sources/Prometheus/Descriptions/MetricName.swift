/// The names Prometheus accepts, and how other names are bent into them.
enum MetricName {
    /// A metric name `[a-zA-Z_:][a-zA-Z0-9_:]*`; every other byte of `name` becomes `_`.
    static func metric(_ name: String) -> String {
        bend(name) { isLetter($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ":") }
    }

    /// A label name `[a-zA-Z_][a-zA-Z0-9_]*`; `le`, which belongs to histograms, and the reserved `__` prefix get a prefix of their own.
    static func label(_ name: String) -> String {
        let bent = bend(name) { isLetter($0) || $0 == UInt8(ascii: "_") }
        return bent == "le" || bent.hasPrefix("__") ? "exported_" + bent : bent
    }

    private static func bend(_ name: String, mayStart: (UInt8) -> Bool) -> String {
        func mayContinue(_ byte: UInt8) -> Bool { mayStart(byte) || isDigit(byte) }
        // The common case costs one scan and no copy.
        if let first = name.utf8.first, mayStart(first), name.utf8.allSatisfy(mayContinue) { return name }
        var bytes = name.utf8.map { mayContinue($0) ? $0 : UInt8(ascii: "_") }
        if bytes.first.map(mayStart) != true { bytes.insert(UInt8(ascii: "_"), at: 0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
