/// The printed result of a benchmark: a table of what was measured, and what is demanded of it.
struct Report {
    private let title: String
    private var rows: [[String]]
    private var verdicts: [String] = []

    init(_ title: String, _ columns: String...) {
        self.title = title
        rows = [columns]
    }

    mutating func row(_ cells: String...) { rows.append(cells) }

    /// A figure that must not be below a bound.
    mutating func atLeast(_ bound: Double, _ value: Double, _ what: String) {
        verdict(what, value.formatted(2), "at least \(bound.formatted(2))", value >= bound)
    }

    /// A figure that must not be above a bound.
    mutating func atMost(_ bound: Double, _ value: Double, _ what: String, unit: String) {
        verdict(what, "\(value.formatted(1)) \(unit)", "at most \(bound.formatted(1)) \(unit)", value <= bound)
    }

    private mutating func verdict(_ what: String, _ value: String, _ bound: String, _ isKept: Bool) {
        verdicts.append("\(what): \(value) (\(bound): \(isKept ? "kept" : "MISSED"))")
    }

    /// Prints everything.
    func show() {
        print("\n\(title)")
        let widths = (rows.first ?? []).indices.map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        for row in rows {
            // Names to the left, numbers to the right.
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: max(0, widths[column] - cell.count))
                return column == 0 ? cell + space : space + cell
            }
            print("  " + cells.joined(separator: "   "))
        }
        for verdict in verdicts { print("  " + verdict) }
    }
}

extension Double {
    /// Decimal notation with a fixed number of decimals.
    func formatted(_ decimals: Int) -> String {
        var factor = 1.0
        for _ in 0..<decimals { factor *= 10 }
        let scaled = (self * factor).rounded()
        guard decimals > 0, scaled.magnitude < 1e15 else { return "\(Int64(scaled))" }
        let digits = String(Int64(scaled.magnitude))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return (scaled < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }

    /// A whole number with a blank between thousands.
    var grouped: String {
        let digits = Array(String(Int64(rounded())))
        return String(
            digits.enumerated().flatMap { index, digit in
                index > 0 && (digits.count - index).isMultiple(of: 3) && digits[index - 1] != "-" ? [" ", digit] : [digit]
            }
        )
    }
}

extension Collection<Double> {
    /// The value in the middle; 0 of nothing.
    var median: Double {
        let ordered = sorted()
        guard !ordered.isEmpty else { return 0 }
        let middle = ordered.count / 2
        return ordered.count.isMultiple(of: 2) ? (ordered[middle - 1] + ordered[middle]) / 2 : ordered[middle]
    }

    /// The smallest and the greatest, as text.
    var spread: String { "\((self.min() ?? 0).grouped) – \((self.max() ?? 0).grouped)" }

    /// The same with decimals, for ratios.
    func spread(_ decimals: Int) -> String { "\((self.min() ?? 0).formatted(decimals)) – \((self.max() ?? 0).formatted(decimals))" }
}

/// Runs something and tells how long it took, in seconds.
func stopwatch<Value>(_ body: () async throws -> Value) async rethrows -> (Double, Value) {
    let start = ContinuousClock.now
    let value = try await body()
    let time = ContinuousClock.now - start
    return (Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18, value)
}
