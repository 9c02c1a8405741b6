import Foundation
import Glibc
import LocalServers
import Synchronization

/// A database that is prepared once per test process and cloned for each test, such as one with all migrations applied.
public struct DatabaseTemplate: Sendable {
    let name: String
    let prepare: @Sendable (_ url: String) async throws -> Void

    /// - Parameters:
    ///   - name: short identifier of letters, digits and `_`; one preparation per name and process.
    ///   - prepare: fills the database at the URL and closes every connection it opened.
    public init(_ name: String, prepare: @escaping @Sendable (_ url: String) async throws -> Void) {
        self.name = name
        self.prepare = prepare
    }
}

/// A fresh database of one test or suite.
public struct TestDatabase: Sendable {
    /// Connection URL.
    public let url: String
    /// Its name on the server.
    public let name: String

    /// Creates a database, empty or as a clone of `template`.
    public static func create(template: DatabaseTemplate? = nil) async throws -> TestDatabase {
        let server = try await TestServers.databaseURL()
        let source = if let template { try await TemplateStore.instance.database(of: template, server: server) } else { "template0" }
        return try await create(named: uniqueName("test"), from: source, server: server)
    }

    /// Removes the database; connections that are still open are cut.
    public func drop() async throws {
        try await Psql().run("drop database if exists \"\(name)\" with (force)", on: try await TestServers.databaseURL())
    }

    static func create(named name: String, from source: String, server: String) async throws -> TestDatabase {
        try await Psql().run("create database \"\(name)\" template \"\(source)\"", on: server)
        return TestDatabase(url: try DatabaseURL.replacingDatabase(in: server, with: name), name: name)
    }

    static func uniqueName(_ kind: String) -> String {
        "tbg_\(kind)_\(getpid())_\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
    }
}

/// Lends a fresh database to `body` and drops it afterwards.
public func withDatabase<T: Sendable>(
    template: DatabaseTemplate? = nil,
    _ body: (TestDatabase) async throws -> T
) async throws -> T {
    let database = try await TestDatabase.create(template: template)
    do {
        let result = try await body(database)
        try await database.drop()
        return result
    } catch {
        try? await database.drop()
        throw error
    }
}

/// Prepares each template once.
private actor TemplateStore {
    static let instance = TemplateStore()

    private var prepared: [String: Task<String, any Error>] = [:]

    func database(of template: DatabaseTemplate, server: String) async throws -> String {
        if let task = prepared[template.name] { return try await task.value }
        let task = Task {
            let name = TestDatabase.uniqueName("template_" + template.name)
            let database = try await TestDatabase.create(named: name, from: "template0", server: server)
            try await template.prepare(database.url)
            // A background worker of an extension would stand in the way of every clone.
            try await Psql().run("alter database \"\(name)\" with allow_connections false", on: server)
            try await Psql().run("select pg_terminate_backend(pid) from pg_stat_activity where datname = '\(name)'", on: server)
            DatabasesToDrop.add(name, server: server)
            return name
        }
        prepared[template.name] = task
        return try await task.value
    }
}

/// Templates on a server that outlives this process are dropped at its end.
private enum DatabasesToDrop {
    private static let names = Mutex<[(name: String, server: String)]>([])

    static func add(_ name: String, server: String) {
        guard Command.currentEnvironment()["TEST_DATABASE_URL"]?.isEmpty == false else { return }
        let isFirst = names.withLock { list in
            list.append((name, server))
            return list.count == 1
        }
        if isFirst { atexit { DatabasesToDrop.dropAll() } }
    }

    private static func dropAll() {
        for (name, server) in names.withLock({ $0 }) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["psql", "-qw", "-c", "drop database if exists \"\(name)\" with (force)", server]
            process.standardError = FileHandle.nullDevice
            try? process.run()
            process.waitUntilExit()
        }
    }
}

/// Edits connection URLs.
enum DatabaseURL {
    /// The same URL with another database. A `+driver` suffix of the scheme is dropped: `psql` does not know it.
    static func replacingDatabase(in url: String, with name: String) throws -> String {
        guard let schemeEnd = url.range(of: "://"), let slash = url[schemeEnd.upperBound...].firstIndex(of: "/") else {
            throw URLError(.badURL)
        }
        let query = url[slash...].firstIndex(of: "?").map { String(url[$0...]) } ?? ""
        let scheme = url[..<schemeEnd.lowerBound].prefix { $0 != "+" }
        return "\(scheme)://\(url[schemeEnd.upperBound..<slash])/\(name)\(query)"
    }
}
