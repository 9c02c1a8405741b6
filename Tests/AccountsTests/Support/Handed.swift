import FeatureRig
import Synchronization
import TestServers

/// A value handed out of a closure.
final class Handed<Value: Sendable>: Sendable {
    private let stored = Mutex<Value?>(nil)

    var value: Value? {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}

/// A migrated database and an empty Redis, for tests with several rigs on both.
func withAccounts(_ body: @Sendable (_ databaseURL: String, _ redisURL: String) async throws -> Void) async throws {
    try await withDatabase(template: TestRuntime.migrated) { database in
        try await withRedis { redis in try await body(database.url, redis.url) }
    }
}
