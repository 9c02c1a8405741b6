import ArgumentParser
import Foundation
import Mining
import Platform
import ServiceLifecycle

/// `tbg collect`: the pool's socket into Redis Streams, one process per pool host (spec 03a §4).
struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take the pool's events off its Unix socket.")

    func run() async throws {
        ServiceRole.runTasksOnEventLoops()
        let runtime = try await ServiceRole.runtime("collector", logs: LogQueue())
        let settings = runtime.settings.collector
        let collector: Collector
        do {
            collector = try Collector(
                settings: settings,
                redis: runtime.redis,
                database: runtime.database,
                network: runtime.settings.network,
                clock: runtime.clock,
                random: runtime.random,
                logger: runtime.logger
            )
        } catch {
            await runtime.close()
            Console.error("tbg collect: \(error)")
            throw ExitCode(1)
        }
        var services: [any Service] = [FoundationService(runtime: runtime)]
        if settings.adminPort > 0 {
            services.append(
                CollectorAdmin(
                    collector: collector,
                    registry: runtime.metrics,
                    host: runtime.settings.http.metricsHost,
                    port: settings.adminPort,
                    logger: runtime.logger
                )
            )
        }
        services.append(collector)
        do {
            try await ServiceRole.run(services, runtime)
        } catch let error as CollectorError {
            Console.error("tbg collect: \(error)")
            throw ExitCode(1)
        }
    }
}
