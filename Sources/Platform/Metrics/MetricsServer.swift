import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
package import Prometheus
import ServiceLifecycle

/// Serves `/metrics` on a port of its own, for the inside of the deployment only (spec 11 §3), and `/health` for roles without an API.
package struct MetricsServer: Service {
    private let registry: PrometheusRegistry
    private let host: String
    private let port: Int
    private let logger: Logger

    package init(registry: PrometheusRegistry, host: String, port: Int, logger: Logger) {
        self.registry = registry
        self.host = host
        self.port = port
        self.logger = logger
    }

    package func run() async throws {
        let router = Router()
        router.get("/metrics") { [registry] _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(bytes: registry.render()))
            )
        }
        router.get("/health") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/json; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: #"{"status":"healthy"}"#))
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
