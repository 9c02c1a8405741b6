import HTTPTypes

/// Headers that tell where an answer comes from (spec 03 §1).
enum DataHeaders {
    /// Live values come from the database.
    static let stale = HTTPField.Name("X-Data-Stale") ?? .age

    /// The header of a stale answer, none otherwise.
    static func fields(isStale: Bool) -> HTTPFields { isStale ? [stale: "1"] : [:] }
}
