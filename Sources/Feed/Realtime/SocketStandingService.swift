package import Accounts
package import Logging
package import Platform
import ServiceLifecycle

/// Looks every minute whether the sessions behind open sockets still stand: sockets outlive their access tokens, but not a logout or a ban
/// (spec 12 §7.1).
package struct SocketStandingService: Service {
    private static let interval = Duration.seconds(60)

    private let hub: Hub
    private let standing: SessionStanding
    private let clock: Clock
    private let logger: Logger

    package init(hub: Hub, standing: SessionStanding, clock: Clock, logger: Logger) {
        self.hub = hub
        self.standing = standing
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil { await check() }
        }
    }

    /// One look. While the database is away nobody is judged.
    package func check() async {
        do {
            try await hub.closeEnded { try await standing.living(among: $0, at: clock.now()) }
        } catch {
            logger.warning("sockets not judged", metadata: ["event": "socket_standing_failed", "error_kind": "\(type(of: error))"])
        }
    }
}
