/// Credited difficulty, the quantity that is summed and turned into hashrate (spec 03a §1). Same unit as ``Difficulty``.
public struct Work: Sendable, Hashable, Comparable, AdditiveArithmetic {
    /// The number itself.
    public let value: Double

    /// No work.
    public static let zero = Work(0)

    /// Takes a sum kept elsewhere.
    public init(_ value: Double) {
        self.value = value
    }

    /// Credits one share: the lower of both difficulties, nothing if it was rejected.
    ///
    /// Achieved difficulty is below the assigned one only just after an increase, while shares of the old target still arrive.
    public init(assigned: Difficulty, achieved: Difficulty, isAccepted: Bool = true) {
        value = isAccepted ? min(assigned, achieved).value : 0
    }

    /// Orders by value.
    public static func < (left: Work, right: Work) -> Bool { left.value < right.value }

    /// The sum.
    public static func + (left: Work, right: Work) -> Work { Work(left.value + right.value) }

    /// The difference.
    public static func - (left: Work, right: Work) -> Work { Work(left.value - right.value) }
}
