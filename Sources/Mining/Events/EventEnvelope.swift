package import Foundation
package import GameRules

/// What every event carries around its payload (spec 03a §2.1, §3).
package struct EventEnvelope: Sendable, Equatable {
    /// The newest envelope version this reader knows (spec 03a §2.3).
    package static let version: Int64 = 1

    /// Identity; readers de-duplicate by it.
    package var id: UUID
    /// Pool time: chooses every bucket, day and week.
    package var time: Instant
    /// When the collector took the event from the socket.
    package var receivedAt: Instant
    /// The pool's own instant was missing or implausible and ``time`` is the time of receipt.
    package var isTimeFixed = false
    /// Where the pool runs.
    package var source = EventSource.hosted
    /// Region code, at most 8 characters.
    package var region = EventEnvelope.defaultRegion

    package init(id: UUID, time: Instant, receivedAt: Instant) {
        self.id = id
        self.time = time
        self.receivedAt = receivedAt
    }

    /// Region of events that name none.
    package static let defaultRegion = "eu"

    /// A usable region: 1 to 8 of `[A-Za-z0-9-]`.
    static func isRegion(_ text: String) -> Bool {
        (1...8).contains(text.utf8.count) && text.utf8.allSatisfy { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") }
    }
}

/// Where the pool that sent an event runs (spec 03a §4.4).
package enum EventSource: String, Sendable, Hashable, CaseIterable {
    case hosted
    case proxy
    case selfHosted = "self-hosted"
}

extension UInt8 {
    /// `A`–`Z`, `a`–`z`, `0`–`9`.
    var isASCIILetterOrDigit: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    /// The value of a hexadecimal digit of either case.
    var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
