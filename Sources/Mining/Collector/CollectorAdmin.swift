import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
package import Prometheus
import ServiceLifecycle

/// The collector's own small server: `/health` tells of sockets and sinks, `/metrics` is Prometheus's (spec 03a §4.3).
package struct CollectorAdmin: Service {
    private let collector: Collector
    private let registry: PrometheusRegistry
    private let host: String
    private let port: Int
    private let logger: Logger

    package init(collector: Collector, registry: PrometheusRegistry, host: String, port: Int, logger: Logger) {
        self.collector = collector
        self.registry = registry
        self.host = host
        self.port = port
        self.logger = logger
    }

    package func run() async throws {
        let router = Router()
        router.get("/health") { [collector] _, _ in
            let health = collector.health
            return Response(
                status: health.isHealthy ? .ok : .serviceUnavailable,
                headers: [.contentType: "application/json; charset=utf-8"],
                body: .init(byteBuffer: health.json)
            )
        }
        router.get("/metrics") { [registry] _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(bytes: registry.render()))
            )
        }
        var quiet = logger
        quiet.logLevel = .warning
        let application = Application(
            router: router,
            configuration: .init(address: .hostname(host, port: port)),
            logger: quiet
        )
        try await application.run()
    }
}
