import Glibc
import LocalServers
import Logging
import Postgres
import TestServers
import Testing

/// Lends a client of an empty database. All of this module's contact with test servers is in this file.
func withClient<Value: Sendable>(
    _ configure: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: (PostgresClient) async throws -> Value
) async throws -> Value {
    try await withDatabase { database in
        try await withClient(url: database.url, configure, body)
    }
}

/// Lends a client of the database at a URL.
func withClient<Value>(
    url: String,
    _ configure: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: (PostgresClient) async throws -> Value
) async throws -> Value {
    var configuration = try PostgresConfiguration(url: url)
    configuration.poolSize = 1...8
    configuration.acquireTimeout = .seconds(20)
    configuration.connectTimeout = .seconds(20)
    configure(&configuration)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let client = PostgresClient(configuration: configuration, logger: logger)
    do {
        let value = try await body(client)
        await client.close()
        return value
    } catch {
        await client.close()
        throw error
    }
}

/// A directory with a socket that accepts connections and never answers; returns the URL of a database behind it.
func withSilentServer<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let directory = try await TestServers.temporaryDirectory("silent")
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array("\(directory)/.s.PGSQL.5432".utf8)) }
    let bound = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    #expect(bound == 0)
    #expect(listen(descriptor, 16) == 0)
    return try await body("postgres://tbg@/test?host=\(directory)")
}

/// The error a call throws, as a `PostgresError`.
func postgresError(_ call: () async throws -> some Any) async -> PostgresError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error as? PostgresError
    }
}

/// Calls until the call succeeds; the test's own time limit bounds it.
func eventually<Value>(_ call: () async throws -> Value) async throws -> Value {
    while true {
        do { return try await call() } catch is PostgresError { await Task.yield() }
    }
}
