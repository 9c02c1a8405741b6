import GameRules
import ServiceLifecycle

/// Says every half minute which sockets are still open here (spec 04 §7.1), and how many. To be stopped after the sockets: it gives back
/// what they held.
package struct SocketPresenceService: Service {
    private static let interval = Duration.seconds(30)

    private let hub: Hub

    package init(hub: Hub) {
        self.hub = hub
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat { await hub.tellPresence() } while (try? await Task.sleep(for: Self.interval)) != nil
        }
        await hub.close()
    }
}

extension Hub {
    private struct Presence: Sendable {
        var seats: [SocketSeat] = []
        var resumed: [(user: UserID, channel: RealtimeChannel)] = []
        var figures = SocketCensus.Figures()
    }

    /// Renews this node's places and the logs its clients may come back for, and writes its figures down.
    package func tellPresence() async {
        var all = Presence()
        for part in await onEachLoop({ Self.presence(of: $0) }) {
            all.seats += part.seats
            all.resumed += part.resumed
            all.figures.add(part.figures)
        }
        await registry.refresh(all.seats)
        await resumeReader.renew(all.resumed)
        await census.write(all.figures, users: Set(all.seats.map(\.user)))
    }

    private static func presence(of sockets: LoopSockets) -> Presence {
        var presence = Presence()
        for socket in sockets.all {
            presence.seats.append(socket.seat)
            presence.resumed += socket.resumedChannels.map { (socket.seat.user, $0) }
            presence.figures.connections += 1
            for channel in RealtimeChannel.allCases where socket.isSubscribed(to: channel) {
                presence.figures.subscribers[channel, default: 0] += 1
            }
        }
        return presence
    }
}
