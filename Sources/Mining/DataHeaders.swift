package import HTTPTypes

/// Headers that tell where an answer comes from (spec 03 §1).
package enum DataHeaders {
    /// Live values come from the database.
    package static let stale = HTTPField.Name("X-Data-Stale") ?? .age

    /// The header of a stale answer, none otherwise.
    package static func fields(isStale: Bool) -> HTTPFields { isStale ? [stale: "1"] : [:] }
}
