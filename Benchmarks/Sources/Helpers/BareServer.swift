import ArgumentParser
import Hummingbird
import Logging

/// Hummingbird as its documentation begins: one route, no middleware. The server other servers are compared with.
struct BareServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "A bare Hummingbird server.", shouldDisplay: false)

    @Option var port: Int

    func run() async throws {
        let router = Router()
        router.get("health") { _, _ in "Hello, world!" }
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            logger: Logger(label: "bare")
        )
        try await application.runService()
    }
}
