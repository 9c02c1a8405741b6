import Foundation
import LocalServers

/// A logical Redis database lent to one test. Pub/sub channels are not part of it: Redis shares them between all databases, so name them with
/// ``prefix``.
public struct TestRedis: Sendable {
    /// Connection URL.
    public let url: String
    /// Number of the logical database.
    public let database: Int
    /// A prefix no other borrower has, for channels.
    public let prefix: String
}

/// Lends an empty logical database to `body`. Waits while all are lent.
public func withRedis<T: Sendable>(_ body: (TestRedis) async throws -> T) async throws -> T {
    let lease = try await RedisLease.pool.borrow()
    do {
        let result = try await body(lease)
        await RedisLease.pool.giveBack(lease.database)
        return result
    } catch {
        await RedisLease.pool.giveBack(lease.database)
        throw error
    }
}

/// The logical databases and who waits for one. Number 0 is never lent: ``TestServers/redisURL()`` gives it to everyone.
actor RedisLease {
    /// Databases of a private server; one from the environment is taken to have Redis's default of 16.
    static let privateDatabases = 128
    static let pool = RedisLease()

    private var free: [Int] = Array((1..<(SharedServers.instance.externalRedisURL == nil ? privateDatabases : 16)).reversed())
    private var waiters: [CheckedContinuation<Int, Never>] = []
    private var counter = 0

    func borrow() async throws -> TestRedis {
        let server = try await TestServers.redisURL()
        let number: Int
        if let next = free.popLast() { number = next } else { number = await withCheckedContinuation { waiters.append($0) } }
        do {
            try await flush(number, server: server)
        } catch {
            giveBack(number)
            throw error
        }
        counter += 1
        return TestRedis(
            url: RedisURL.replacingDatabase(in: server, with: number),
            database: number,
            prefix: "t\(ProcessInfo.processInfo.processIdentifier)-\(counter):"
        )
    }

    func giveBack(_ number: Int) {
        if waiters.isEmpty { free.append(number) } else { waiters.removeFirst().resume(returning: number) }
    }

    private func flush(_ number: Int, server: String) async throws {
        let address = server.hasPrefix("unix://") ? ["-s", RedisURL.socketPath(of: server)] : ["-u", server]
        try await Command("/usr/bin/redis-cli", address + ["-n", String(number), "FLUSHDB"]).runSuccessfully()
    }
}

/// Edits connection URLs.
enum RedisURL {
    static func socketPath(of url: String) -> String {
        let path = url.dropFirst("unix://".count).prefix { $0 != "?" }
        return String(path).removingPercentEncoding ?? String(path)
    }

    static func replacingDatabase(in url: String, with number: Int) -> String {
        let base = String(url.prefix { $0 != "?" })
        if url.hasPrefix("unix://") { return "\(base)?db=\(number)" }
        guard let schemeEnd = base.range(of: "://") else { return url }
        let authority = base[schemeEnd.upperBound...].prefix { $0 != "/" }
        return "\(base[..<schemeEnd.upperBound])\(authority)/\(number)"
    }
}
