import Logging
package import Platform
import Redis
import ServiceLifecycle

/// The mail sender as a service of a worker: looks every two seconds, and at once when a mail has been committed (spec 02 §11).
package struct MailService: Service {
    private static let pollInterval = Duration.seconds(2)

    private let sender: MailSender
    private let redis: RedisClient
    private let logger: Logger

    /// - Throws: when the configured carrier cannot be set up.
    package init(runtime: Runtime) throws {
        self.init(sender: try MailSender(runtime: runtime), redis: runtime.redis, logger: runtime.logger)
    }

    init(sender: MailSender, redis: RedisClient, logger: Logger) {
        self.sender = sender
        self.redis = redis
        self.logger = logger
    }

    package func run() async throws {
        let (wishes, wish) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await listen(wish) }
                group.addTask {
                    while (try? await Task.sleep(for: Self.pollInterval)) != nil { wish.yield() }
                    wish.finish()
                }
                group.addTask {
                    wish.yield()
                    for await _ in wishes { await drain() }
                }
            }
        }
    }

    /// Every ring of the bell is a wish to look.
    private func listen(_ wish: AsyncStream<Void>.Continuation) async {
        let subscriber = redis.makeSubscriber(bufferLimit: 16)
        // The wish stands also while Redis is away.
        try? await subscriber.subscribe([MailBell.channel])
        await withTaskCancellationHandler {
            for await _ in subscriber.messages { wish.yield() }
        } onCancel: {
            Task { await subscriber.close() }
        }
    }

    /// Sends until nothing is due. A mail in hand is handed over also when the process is to stop.
    private func drain() async {
        do {
            while !Task.isCancelled {
                let count = try await Task { try await sender.sendBatch() }.value
                if count < MailSender.batchSize { return }
            }
        } catch {
            logger.warning("mails not sent", metadata: ["event": "mail_batch_failed", "error_kind": "\(type(of: error))"])
        }
    }
}
