import Foundation
import Glibc

/// The one source of chance (spec 01 §1): the system's generator in production, a seeded one in tests.
package struct RandomSource: Sendable {
    private let fill: @Sendable (Int) -> [UInt8]

    /// - Parameter fill: returns as many random bytes as asked for.
    package init(fill: @escaping @Sendable (Int) -> [UInt8]) {
        self.fill = fill
    }

    /// The system's cryptographically secure generator.
    package static let system = RandomSource { count in
        [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            // One system call for as much as it gives at once (getentropy(3)), where the standard library makes one for eight bytes.
            while filled < count {
                let part = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[filled..<min(count, filled + 256)])
                if getentropy(part.baseAddress, part.count) == 0 {
                    filled += part.count
                } else {
                    bytes[filled] = UInt8.random(in: 0...255)
                    filled += 1
                }
            }
        }
    }

    /// Random bytes.
    package func bytes(_ count: Int) -> [UInt8] { fill(count) }

    /// A random UUID, version 4 (RFC 9562 §5.4), in its 36 lower-case characters.
    package func uuidText() -> String { UUID.random(from: self).text }
}
