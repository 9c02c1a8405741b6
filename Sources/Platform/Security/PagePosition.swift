package import Foundation
package import GameRules

/// A place in a list ordered by time and, where times are equal, by an identifier: the key of the last row of a page.
package struct PagePosition: Hashable, Sendable {
    /// To the microsecond, as the database keeps it.
    package let time: Instant
    /// What tells rows of one time apart.
    package let id: UUID

    package init(time: Instant, id: UUID) {
        self.time = time
        self.id = id
    }

    /// The place of a row that a number names.
    package init(time: Instant, number: Int64) {
        self.init(time: time, id: UUID(number: number))
    }

    /// The number that was given instead of an identifier.
    package var number: Int64 { id.number }
}

extension UUID {
    /// A number in the last eight bytes.
    fileprivate init(number: Int64) {
        let bits = (UInt64(0), UInt64(bitPattern: number).bigEndian)
        self = withUnsafeBytes(of: bits) { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    /// The last eight bytes.
    fileprivate var number: Int64 {
        withUnsafeBytes(of: uuid) { Int64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: Int64.self)) }
    }
}
