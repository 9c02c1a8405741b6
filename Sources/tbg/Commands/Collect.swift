import ArgumentParser
import Foundation
import Mining
import Platform
import ServiceLifecycle

/// `tbg collect`: the pool's socket into Redis Streams, one process per pool host (spec 03a §4).
struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take the pool's events off its Unix socket.")

    func run() async throws {
        let runtime = try await ServiceRole.runtime("collector")
        let settings = runtime.settings.collector
        var services: [any Service] = [FoundationService(runtime: runtime)]
        if settings.adminPort > 0 {
            services.append(
                MetricsServer(
                    registry: runtime.metrics,
                    host: runtime.settings.http.metricsHost,
                    port: settings.adminPort,
                    logger: runtime.logger
                )
            )
        }
        services.append(
            Collector(
                path: settings.socketPath,
                redis: runtime.redis,
                network: runtime.settings.network.bitcoin,
                clock: runtime.clock,
                random: runtime.random,
                logger: runtime.logger
            )
        )
        do {
            try await ServiceRole.run(services, runtime)
        } catch let error as CollectorError {
            Console.error("tbg collect: \(error)")
            throw ExitCode(1)
        }
    }
}
