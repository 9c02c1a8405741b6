import Foundation
import GameRules
package import Logging
import Platform
import ServiceLifecycle
import Synchronization

/// When keys were last used, kept in memory and written together every few seconds, so that a request with a key writes nothing itself.
package final class KeyUses: Service {
    private static let throttleSeconds: Int64 = 60
    private static let maximumKeys = 100_000

    private struct State {
        /// What has been noted of each key lately.
        var noted: [UUID: Instant] = [:]
        var pending: [UUID: Instant] = [:]
    }

    private let state = Mutex(State())
    private let store: APIKeyStore
    private let logger: Logger

    package init(store: APIKeyStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// Notes a use; of several within a minute only the first.
    func note(_ key: UUID, at now: Instant) {
        state.withLock { state in
            if let last = state.noted[key], abs(now.seconds(since: last)) < Self.throttleSeconds { return }
            if state.noted.count >= Self.maximumKeys { state.noted.removeAll() }
            state.noted[key] = now
            state.pending[key] = now
        }
    }

    /// Writes what has been noted. What cannot be written is lost: the next use is a minute away at most.
    package func flush() async {
        let pending = state.withLock { state in
            defer { state.pending.removeAll() }
            return state.pending
        }
        guard !pending.isEmpty else { return }
        do {
            try await store.markUsed(pending.map { ($0.key, $0.value) })
        } catch {
            logger.warning("uses of API keys not written", metadata: ["event": "key_uses_lost", "error_kind": "\(type(of: error))"])
        }
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(5))
                await self.flush()
            }
        }
        await flush()
    }
}
