import Glibc

/// Searches in messages, cheap: the clients that use it share the machine with what they time.
extension UnsafeRawBufferPointer {
    /// Whether a text occurs.
    func contains(_ text: [UInt8]) -> Bool { end(of: text) != nil }

    /// The digits behind the first occurrence of a text, at most twenty, hyphens passed over; nil when there are none or they do not fit.
    func number(after text: [UInt8]) -> Int64? {
        guard let start = end(of: text) else { return nil }
        var value: Int64?
        var left = 20
        for byte in self[start...] where byte != UInt8(ascii: "-") {
            guard left > 0, (48...57).contains(byte) else { break }
            let (tens, isOver) = (value ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, isAbove) = tens.addingReportingOverflow(Int64(byte - 48))
            guard !isOver, !isAbove else { return nil }
            value = sum
            left -= 1
        }
        return value
    }

    /// Where the first occurrence of a text ends.
    private func end(of text: [UInt8]) -> Int? {
        guard let base = baseAddress, !text.isEmpty, count >= text.count else { return nil }
        let starts = count - text.count + 1
        var at = 0
        while at < starts, let found = memchr(base + at, Int32(text[0]), starts - at) {
            at = base.distance(to: found)
            if memcmp(found, text, text.count) == 0 { return at + text.count }
            at += 1
        }
        return nil
    }
}
