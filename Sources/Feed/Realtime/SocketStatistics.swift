import API

/// Answer of `GET /api/v1/dashboard/ws-stats` (spec 04 §1 E1).
struct SocketStatistics: ResponseObject, Equatable {
    let total: SocketCensus.Figures
    let uniqueUsers: Int

    static let fields = JSONFields<SocketStatistics>()
        .field("total_connections", \.total.connections, "Open sockets on all nodes, as of the last half minute")
        .field("unique_users", \.uniqueUsers, "Users they belong to; estimated beyond a few thousand")
        .field("channels", { Subscribers(counts: $0.total.subscribers) }, "Subscribed sockets, by channel")

    /// A member for each channel.
    struct Subscribers: ResponseObject {
        let counts: [RealtimeChannel: Int]

        static let fields = JSONFields<Subscribers>("SocketSubscribers")
            .field("mining", { $0.counts[.mining] ?? 0 })
            .field("dashboard", { $0.counts[.dashboard] ?? 0 })
            .field("gamification", { $0.counts[.gamification] ?? 0 })
            .field("competition", { $0.counts[.competition] ?? 0 })
            .field("notifications", { $0.counts[.notifications] ?? 0 })
    }
}
