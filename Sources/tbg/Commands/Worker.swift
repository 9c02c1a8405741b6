import Accounts
import ArgumentParser
import Gamification
import Mining
import Platform
import ServiceLifecycle

/// `tbg worker`: stream consumers and scheduled tasks (spec 11 §1).
struct Worker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Consume mining events and run scheduled tasks.")

    func run() async throws {
        let runtime = try await ServiceRole.nodeRuntime("worker")
        let settings = runtime.settings.http
        var services: [any Service] = [FoundationService(runtime: runtime)]
        if settings.metricsPort > 0 {
            services.append(
                MetricsServer(registry: runtime.metrics, host: settings.metricsHost, port: settings.metricsPort, logger: runtime.logger)
            )
        }
        services.append(
            RedisPolicyWatch(
                redis: runtime.redis,
                isProduction: runtime.settings.environment == .production,
                logger: runtime.logger
            )
        )
        services.append(WorkerTasks.scheduler(runtime))
        let news = FeedNews(runtime: runtime)
        let game = try GamificationService(runtime: runtime, news: [news], streakObservers: [news])
        services.append(game)
        services.append(IngestService(runtime: runtime, observers: [BlockNews(runtime: runtime), game.engine]))
        services.append(try MailService(runtime: runtime))
        try await ServiceRole.run(services, runtime)
    }
}
