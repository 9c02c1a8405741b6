/// Writer of the Prometheus text exposition format, version 0.0.4.
struct TextExposition {
    private(set) var bytes: [UInt8] = []

    /// The `HELP` and `TYPE` lines that open a metric.
    mutating func header(name: String, type: MetricType, help: String?) {
        if let help {
            bytes.append(contentsOf: "# HELP \(name) ".utf8)
            bytes.appendEscaped(help, quotes: false)
            bytes.append(UInt8(ascii: "\n"))
        }
        bytes.append(contentsOf: "# TYPE \(name) \(type.rawValue)\n".utf8)
    }

    /// One sample line; `prefix` as made by ``samplePrefix(_:labels:)``.
    mutating func sample(_ prefix: [UInt8], _ value: Double) {
        bytes.append(contentsOf: prefix)
        bytes.append(contentsOf: Self.number(value).utf8)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// One sample line with a count.
    mutating func sample(_ prefix: [UInt8], _ value: UInt64) {
        bytes.append(contentsOf: prefix)
        bytes.append(contentsOf: String(value).utf8)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Everything of a sample line before the value, `name{labels} `; it never changes, so series keep it.
    static func samplePrefix(_ name: String, labels: [UInt8]) -> [UInt8] {
        var prefix = Array(name.utf8)
        if !labels.isEmpty {
            prefix.append(UInt8(ascii: "{"))
            prefix.append(contentsOf: labels)
            prefix.append(UInt8(ascii: "}"))
        }
        prefix.append(UInt8(ascii: " "))
        return prefix
    }

    /// The shortest text that reads back as the same double; whole numbers without a fraction, `+Inf`, `-Inf`, `NaN`.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        return value.description
    }
}

extension [UInt8] {
    /// Appends text with backslash and line feed escaped, and with double quotes escaped where it stands between them.
    mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\n"): append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\"") where quotes: append(contentsOf: "\\\"".utf8)
            default: append(byte)
            }
        }
    }
}
