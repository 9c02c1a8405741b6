import HTTPTypes

/// Headers that tell where an answer comes from (spec 03 §1).
enum DataHeaders {
    /// Live values come from the database.
    static let stale = HTTPField.Name("X-Data-Stale") ?? .age
}
