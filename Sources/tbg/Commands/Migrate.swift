import ArgumentParser
import Foundation
import GameRules
import Platform

/// `tbg migrate up|status|verify` (spec 01 §10.1).
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database to the schema this program needs.",
        subcommands: [Up.self, Status.self, Verify.self]
    )

    /// Exit code of an applied step whose text has changed (`EX_DATAERR`).
    static let changedStep: Int32 = 65

    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Apply what is missing.")

        func run() async throws {
            try await Migrate.with { migrator, runtime in
                let applied = try await migrator.up(now: runtime.clock.now())
                Console.line(applied.isEmpty ? "up to date" : "applied " + applied.map(String.init).joined(separator: ", "))
            }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the steps and when they were applied.")

        func run() async throws {
            try await Migrate.with { migrator, _ in
                for step in try await migrator.status() {
                    let state = step.appliedAt.map { "applied \($0.rfc3339)" } ?? "missing"
                    Console.line("\(step.version) \(step.name): \(state)\(step.isIntact ? "" : ", with another text")")
                }
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare the live schema with the one this program makes, in a scratch database that is dropped again."
        )

        func run() async throws {
            try await Migrate.with { _, runtime in
                let verifier = SchemaVerifier(
                    configuration: runtime.databaseConfiguration,
                    random: runtime.random,
                    logger: runtime.logger
                )
                let differences = try await verifier.differences(now: runtime.clock.now())
                for line in differences { Console.line(line) }
                guard differences.isEmpty else { throw ExitCode(1) }
                Console.line("the schema is as it should be")
            }
        }
    }

    private static func with(_ body: (Migrator, Runtime) async throws -> Void) async throws {
        let runtime = try await ServiceRole.runtime("migrate")
        let migrator = Migrator(database: runtime.database, timescale: runtime.settings.database.timescale)
        do {
            try await body(migrator, runtime)
            await runtime.close()
        } catch let failure as Migrator.Failure {
            await runtime.close()
            Console.error("tbg migrate: \(failure)")
            if case .changedStep = failure { throw ExitCode(changedStep) }
            throw ExitCode(1)
        } catch {
            await runtime.close()
            throw error
        }
    }
}
