package import Logging
import NIOCore
import ServiceLifecycle

/// The first to hear of a shutdown: the node says it is draining and goes on serving until balancers have noticed (spec 11 §12).
///
/// Services stop in the reverse of their order, so this one stands last.
package struct DrainService: Service {
    /// Time left to requests in flight once the listener is closed.
    private static let lastRequests = TimeAmount.seconds(20)

    private let readiness: Readiness
    private let deadlines: RequestDeadlines
    private let seconds: Int
    private let logger: Logger
    private let onDrain: @Sendable () -> Void

    /// - Parameter onDrain: called at the beginning, for what else must know at once.
    package init(
        readiness: Readiness,
        deadlines: RequestDeadlines,
        seconds: Int,
        logger: Logger,
        onDrain: @escaping @Sendable () -> Void = {}
    ) {
        self.onDrain = onDrain
        self.readiness = readiness
        self.deadlines = deadlines
        self.seconds = seconds
        self.logger = logger
    }

    package func run() async throws {
        try? await gracefulShutdown()
        logger.info("draining", metadata: ["event": "draining"])
        onDrain()
        await readiness.drain()
        try? await Task.sleep(for: .seconds(seconds))
        deadlines.hurry(Self.lastRequests)
    }
}

/// Closes what the other services stand on; the first in the list, so the last to stop.
package struct FoundationService: Service {
    private let runtime: Runtime

    package init(runtime: Runtime) {
        self.runtime = runtime
    }

    package func run() async throws {
        try? await gracefulShutdown()
        await runtime.close()
    }
}
