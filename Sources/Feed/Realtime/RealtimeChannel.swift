/// The channels one socket multiplexes (spec 04 §7.3).
package enum RealtimeChannel: String, Sendable, CaseIterable, Hashable {
    case mining, dashboard, gamification, competition, notifications
}

/// A set of channels in one byte: every open socket has one.
struct ChannelSet: Sendable, Equatable {
    private var bits: UInt8 = 0

    private static func bit(_ channel: RealtimeChannel) -> UInt8 {
        switch channel {
        case .mining: 1
        case .dashboard: 2
        case .gamification: 4
        case .competition: 8
        case .notifications: 16
        }
    }

    func contains(_ channel: RealtimeChannel) -> Bool { bits & Self.bit(channel) != 0 }
    mutating func insert(_ channel: RealtimeChannel) { bits |= Self.bit(channel) }
    mutating func remove(_ channel: RealtimeChannel) { bits &= ~Self.bit(channel) }
    mutating func formIntersection(_ other: ChannelSet) { bits &= other.bits }
}
