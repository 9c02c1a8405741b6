import API
import Synchronization

/// Whether the database has every step this binary needs. Until then routes answer 503 (spec 01 §3); once it has, nobody asks again.
package final class SchemaGuard: Sendable {
    /// The question under way, shared by all who ask meanwhile.
    private let question = Mutex<Task<Bool, any Error>?>(nil)
    private let ready = Atomic(false)
    private let migrator: Migrator

    package init(migrator: Migrator) {
        self.migrator = migrator
    }

    package var isReady: Bool { ready.load(ordering: .relaxed) }

    /// - Throws: 503 `busy` while the schema is older than the binary; `PostgresError` while the database cannot say.
    package func demand() async throws {
        let asked = question.withLock { question in
            let task = question ?? Task { [migrator] in try await migrator.isUpToDate() }
            question = task
            return task
        }
        let result = await asked.result
        question.withLock { if $0 == asked { $0 = nil } }
        guard try result.get() else { throw APIError.unavailable() }
        ready.store(true, ordering: .relaxed)
    }
}
