import CoreMetrics
import Dispatch
import Foundation
import Logging
import Metrics
import NIOCore
import NIOPosix
import Platform
import Prometheus
import ServiceLifecycle
import UnixSignals

/// What every long-running role does around its services: configuration, logs, metrics, signals, exit codes.
enum ServiceRole {
    /// Reads the configuration or ends the process with code 78 and all problems in one message (spec 01 §2).
    static func settings() async throws -> Settings {
        do {
            return try Settings(try await EnvironmentSource.process())
        } catch let error as ConfigurationError {
            Console.error(error.description)
            Foundation.exit(ConfigurationError.exitCode)
        }
    }

    /// A runtime whose logs and metrics serve the whole process.
    /// - Parameter logs: where log lines go; to standard error by default, because the output of a tool is its result.
    static func runtime(_ role: String, logs: LogQueue = LogQueue(write: LogQueue.standardError)) async throws -> Runtime {
        let settings = try await settings()
        let metrics = PrometheusRegistry(descriptions: MetricTable.all)
        MetricsSystem.bootstrap(metrics)
        let runtime = try Runtime(settings: settings, role: role, metrics: metrics, logs: logs)
        for name in settings.unknownVariables {
            runtime.logger.warning("unknown variable", metadata: ["event": "unknown_variable", "variable": "\(name)"])
        }
        return runtime
    }

    /// Tasks run on the event loops from here on, so that a request or an event changes threads only where it must; nothing may block in them.
    static func runTasksOnEventLoops() {
        _ = NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor()
    }

    /// A runtime of a node that a deployment may have many of: refused with code 78 when their connections do not fit into the database.
    static func nodeRuntime(_ role: String) async throws -> Runtime {
        runTasksOnEventLoops()
        let runtime = try await runtime(role, logs: LogQueue())
        do {
            if try await !ConnectionBudget.check(runtime.database, runtime.settings.database) {
                runtime.logger.warning(
                    "the connection budget is not checked: the database does not answer",
                    metadata: ["event": "dependency"]
                )
            }
        } catch let refusal {
            await runtime.close()
            Console.error(refusal.description)
            Foundation.exit(ConfigurationError.exitCode)
        }
        return runtime
    }

    /// Runs services until SIGTERM or SIGINT, then stops them in reverse order; a second signal ends the process at once with 1.
    static func run(_ services: [any Service], _ runtime: Runtime) async throws {
        signal(SIGPIPE, SIG_IGN)
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            logger: runtime.logger
        )
        configuration.gracefulShutdownSignals = [.sigterm, .sigint]
        configuration.maximumGracefulShutdownDuration = .seconds(30)
        let impatient = SecondSignal.watch()
        defer { impatient.forEach { $0.cancel() } }
        runtime.logger.info("started", metadata: ["event": "started", "role": "\(runtime.identity.role)"])
        try await ServiceGroup(configuration: configuration).run()
    }
}

/// Ends the process at the second request to stop.
private enum SecondSignal {
    private static let lock = NSLock()
    private nonisolated(unsafe) static var received = 0

    static func watch() -> [any DispatchSourceSignal] {
        [SIGTERM, SIGINT].map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                // `received` is touched under the lock only.
                let count = lock.withLock {
                    received += 1
                    return received
                }
                if count > 1 { _exit(1) }
            }
            source.activate()
            return source
        }
    }
}
