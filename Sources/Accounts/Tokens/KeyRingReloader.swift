package import Logging
package import NIOPosix
import Platform
import ServiceLifecycle
import Synchronization

/// Keeps the ring in step with its files: looks every minute, and at once when asked (SIGHUP). A file that cannot be read or is no key
/// leaves the ring as it is (spec 02 §7.2).
package final class KeyRingReloader: Service {
    private static let interval = Duration.seconds(60)

    private let files: KeyRingFiles
    private let current: CurrentKeyRing
    private let requests: AsyncStream<Void>
    private let pool: NIOThreadPool
    private let logger: Logger
    private let seen: Mutex<[String: KeyRingFiles.Stamp]>

    /// - Parameter requests: an element for each wish to reload now.
    package init(
        files: KeyRingFiles,
        current: CurrentKeyRing,
        requests: AsyncStream<Void>,
        pool: NIOThreadPool = .singleton,
        logger: Logger
    ) {
        self.files = files
        self.current = current
        self.requests = requests
        self.pool = pool
        self.logger = logger
        seen = Mutex(files.stamps())
    }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                for await _ in requests.cancelOnGracefulShutdown() { await reload(onlyIfChanged: false) }
            }
            group.addTask { [self] in
                await cancelWhenGracefulShutdown { [self] in
                    while (try? await Task.sleep(for: Self.interval)) != nil { await reload(onlyIfChanged: true) }
                }
            }
        }
    }

    /// Reads the files and puts the ring they make in force.
    package func reload(onlyIfChanged: Bool) async {
        do {
            guard let content = try await pool.runIfActive({ [self] in try changedContent(onlyIfChanged) }) else { return }
            let ring = try await KeyRing(content)
            current.replace(with: ring)
            logger.info(
                "keys loaded",
                metadata: ["event": "keys_loaded", "kid": "\(ring.signingKeyID)", "count": "\(ring.publicKeys.count)"]
            )
        } catch {
            logger.error("keys not loaded, keeping the old ones", metadata: ["event": "keys_not_loaded", "error_kind": "\(error)"])
        }
    }

    private func changedContent(_ onlyIfChanged: Bool) throws -> KeyRingFiles.Content? {
        let stamps = files.stamps()
        if onlyIfChanged, seen.withLock({ $0 == stamps }) { return nil }
        let content = try files.read()
        seen.withLock { $0 = stamps }
        return content
    }
}
