package import GameRules
package import Logging
package import Postgres

/// `tbg migrate verify`: compares the live schema with the one this binary would make (spec 01 §10.1).
///
/// The expected schema is made in an empty database beside the live one, by the same steps, and dropped again; so there is no second
/// description that could be out of date. The role needs the right to create databases, as a verified restore does (11 §10).
package struct SchemaVerifier: Sendable {
    private let configuration: PostgresConfiguration
    private let steps: [Migration]
    private let random: RandomSource
    private let logger: Logger

    /// - Parameter configuration: of the live database, with a role that may create databases.
    package init(configuration: PostgresConfiguration, steps: [Migration] = Migration.all, random: RandomSource, logger: Logger) {
        self.configuration = configuration
        self.steps = steps
        self.random = random
        self.logger = logger
    }

    /// What the live schema lacks (`-`) and has too much (`+`); empty when it is as it should be.
    package func differences(now: Instant) async throws -> [String] {
        let live = PostgresClient(configuration: configuration, logger: logger)
        let name = "tbg_verify_" + Hex.encode(random.bytes(8))
        do {
            let storage = try await Migrator(database: live, steps: steps).storage() ?? .native
            let actual = try await SchemaCatalogue(of: live)
            try await live.execute("create database \(identifier: name) template template0")
            let expected: SchemaCatalogue
            do {
                expected = try await build(in: name, storage, now: now)
            } catch {
                try? await drop(name, live)
                throw error
            }
            try await drop(name, live)
            await live.close()
            return SchemaCatalogue.differences(expected: expected, actual: actual)
        } catch {
            await live.close()
            throw error
        }
    }

    private func build(in name: String, _ storage: StorageMode, now: Instant) async throws -> SchemaCatalogue {
        var scratch = configuration
        scratch.url = configuration.url.naming(database: name)
        let client = PostgresClient(configuration: scratch, logger: logger)
        do {
            try await Migrator(database: client, steps: steps, timescale: storage == .timescale ? .on : .off).up(now: now)
            let catalogue = try await SchemaCatalogue(of: client)
            await client.close()
            return catalogue
        } catch {
            await client.close()
            throw error
        }
    }

    private func drop(_ name: String, _ live: PostgresClient) async throws {
        try await live.execute("drop database if exists \(identifier: name) with (force)")
    }
}
