import Logging
package import Postgres
import Scheduler

/// Leadership as a session-level advisory lock on a connection kept for it (spec 11 §7): when the connection dies, the lock is free.
package actor AdvisoryLeadership: Leadership {
    /// The lock every worker of a deployment tries.
    private static let key: (Int32, Int32) = (7462, 1)

    private struct Held {
        let connection: PostgresConnection
        let letGo: AsyncStream<Void>.Continuation
        let holder: Task<Void, Never>
    }

    private let database: PostgresClient
    private var held: Held?

    package init(database: PostgresClient) {
        self.database = database
    }

    package func tryAcquire() async throws -> Bool {
        if held != nil { return await stillHeld() }
        let (wait, letGo) = AsyncStream.makeStream(of: Void.self)
        let (answers, answer) = AsyncStream.makeStream(of: PostgresConnection?.self)
        let holder = Task { [database] in
            do {
                try await database.withConnection { connection in
                    guard try await connection.tryAdvisoryLock(Self.key.0, Self.key.1) else {
                        answer.yield(nil)
                        return
                    }
                    answer.yield(connection)
                    for await _ in wait {}
                    _ = try await connection.advisoryUnlock(Self.key.0, Self.key.1)
                }
            } catch {
                // The lock went with the connection.
            }
            answer.finish()
        }
        for await connection in answers {
            guard let connection else { return false }
            held = Held(connection: connection, letGo: letGo, holder: holder)
            return true
        }
        return false
    }

    package func stillHeld() async -> Bool {
        guard let held else { return false }
        if held.connection.isOpen, (try? await held.connection.query("select 1")) != nil { return true }
        await release()
        return false
    }

    package func release() async {
        guard let held else { return }
        self.held = nil
        held.letGo.finish()
        await held.holder.value
    }
}

/// Locks named after tasks, so that two overlapping leaders cannot run one side by side.
package struct AdvisoryTaskLocks: TaskLocks {
    private let database: PostgresClient

    package init(database: PostgresClient) {
        self.database = database
    }

    package func withLock<Result: Sendable>(task: String, _ body: @Sendable () async throws -> Result) async throws -> Result? {
        try await database.withConnection { connection in
            let key = Self.key(of: task)
            guard try await connection.tryAdvisoryLock(key) else { return nil }
            let result = try await body()
            _ = try await connection.advisoryUnlock(key)
            return result
        }
    }

    /// FNV-1a of the name, in a range of its own: the leader and the migrations use two-integer keys.
    static func key(of task: String) -> Int64 {
        Int64(bitPattern: task.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
    }
}
