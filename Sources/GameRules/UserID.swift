/// The database id of a user: a positive 64-bit integer.
///
/// It is public (spec 10 §1) and travels as decimal text in most payloads, as a number in some; each wire type says which.
public struct UserID: RawRepresentable, Hashable, Sendable {
    /// The value of `users.id`.
    public let rawValue: Int64

    /// Wraps a value that came from the database.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Wraps a value that came from the database.
    public init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }
}

extension UserID: Comparable {
    /// Older accounts, with lower ids, come first.
    public static func < (left: UserID, right: UserID) -> Bool { left.rawValue < right.rawValue }
}

extension UserID: LosslessStringConvertible {
    /// The decimal id.
    public var description: String { String(rawValue) }

    /// Parses a decimal id as the service writes it: ASCII digits, positive, no sign, no leading zero, at most 64 bits.
    public init?(_ text: String) {
        guard let first = text.utf8.first, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(first), let value = Int64(text) else {
            return nil
        }
        self.init(value)
    }
}
