package import Logging
import ServiceLifecycle

/// The first to hear of a shutdown: the node says it is draining and goes on serving until balancers have noticed (spec 11 §12).
///
/// Services stop in the reverse of their order, so this one stands last.
package struct DrainService: Service {
    private let readiness: Readiness
    private let seconds: Int
    private let logger: Logger

    package init(readiness: Readiness, seconds: Int, logger: Logger) {
        self.readiness = readiness
        self.seconds = seconds
        self.logger = logger
    }

    package func run() async throws {
        try? await gracefulShutdown()
        logger.info("draining", metadata: ["event": "draining"])
        await readiness.drain()
        try? await Task.sleep(for: .seconds(seconds))
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
