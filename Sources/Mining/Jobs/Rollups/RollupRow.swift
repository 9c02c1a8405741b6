import Bitcoin
import GameRules

/// One row of a derived table as columns that can be compared, whether stored or computed from shares.
struct RollupRow: Sendable {
    enum Value: Sendable {
        case count(Int64)
        /// A sum, whose last bits depend on the order of addition (spec 03a §9).
        case sum(Double)
        case maximum(Double)
        case instant(Instant?)
        /// A day or a week.
        case period(String?)
        case counts([Int64])
        case minutes(PresenceMinutes)
    }

    let table: String
    /// What the row is of, such as `user 7 2026-02-24`.
    let key: String
    let columns: [(name: String, value: Value)]

    /// What a stored row has wrong.
    /// - Parameters:
    ///   - stored: nil when there is no row.
    ///   - computed: nil when there should be none.
    static func differences(_ stored: RollupRow?, _ computed: RollupRow?) -> [RollupDifference] {
        guard let row = stored ?? computed else { return [] }
        guard let stored, let computed else {
            return [
                RollupDifference(
                    table: row.table,
                    key: row.key,
                    column: "row",
                    stored: stored == nil ? "missing" : "there",
                    computed: computed == nil ? "none" : "there"
                )
            ]
        }
        return zip(stored.columns, computed.columns).compactMap { old, new in
            guard !old.value.isSame(as: new.value) else { return nil }
            return RollupDifference(
                table: row.table,
                key: row.key,
                column: old.name,
                stored: old.value.description,
                computed: new.value.description
            )
        }
    }

    /// The differences of rows by key.
    static func differences(_ stored: [RollupRow], _ computed: [RollupRow]) -> [RollupDifference] {
        let old = Dictionary(stored.map { ($0.key, $0) }) { first, _ in first }
        let new = Dictionary(computed.map { ($0.key, $0) }) { first, _ in first }
        return Set(old.keys).union(new.keys).sorted().flatMap { differences(old[$0], new[$0]) }
    }
}

extension RollupRow.Value: CustomStringConvertible {
    /// Relative difference that the order of addition may make.
    private static let tolerance = 1e-9

    func isSame(as other: Self) -> Bool {
        switch (self, other) {
        case (.count(let left), .count(let right)): left == right
        case (.sum(let left), .sum(let right)): abs(left - right) <= Self.tolerance * max(abs(left), abs(right))
        case (.maximum(let left), .maximum(let right)): left == right
        case (.instant(let left), .instant(let right)): left == right
        case (.period(let left), .period(let right)): left == right
        case (.counts(let left), .counts(let right)): left == right
        case (.minutes(let left), .minutes(let right)): left == right
        default: false
        }
    }

    var description: String {
        switch self {
        case .count(let value): String(value)
        case .sum(let value), .maximum(let value): String(value)
        case .instant(let value): value?.rfc3339 ?? "none"
        case .period(let value): value ?? "none"
        case .counts(let values): values.map(String.init).joined(separator: ",")
        case .minutes(let value): "\(value.minutes) minutes"
        }
    }
}

/// A column of a derived row that is not what the shares say.
package struct RollupDifference: Sendable, Equatable, CustomStringConvertible {
    package let table: String
    package let key: String
    package let column: String
    package let stored: String
    package let computed: String

    package var description: String { "\(table) \(key) \(column): stored \(stored), by shares \(computed)" }
}
