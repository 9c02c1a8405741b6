/// Comparison whose time tells nothing of where two secrets differ.
package enum ConstantTime {
    /// Whether both hold the same bytes. Only the lengths, which are no secret, end the work early.
    package static func equal(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Whether both texts have the same UTF-8.
    package static func equal(_ left: String, _ right: String) -> Bool { equal(left.utf8, right.utf8) }
}
