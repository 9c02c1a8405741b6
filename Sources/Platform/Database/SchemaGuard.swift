import API
import Synchronization

/// Whether the database has every step this binary needs. Until then routes answer 503 (spec 01 §3); once it has, nobody asks again.
package final class SchemaGuard: Sendable {
    private let ready = Atomic(false)
    private let readiness: Readiness

    package init(readiness: Readiness) {
        self.readiness = readiness
    }

    package var isReady: Bool { ready.load(ordering: .relaxed) }

    /// - Throws: 503 `busy` while the schema is older than the binary.
    package func demand() async throws {
        guard await readiness.report().migrations else { throw APIError.unavailable() }
        ready.store(true, ordering: .relaxed)
    }
}
