import ArgumentParser
import Foundation
import Platform

/// `tbg config check`: the effective configuration, secrets as `set` or `unset` (spec 01 §2).
struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Inspect the configuration.", subcommands: [Check.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Check every variable and print what is in force.")

        func run() async throws {
            let settings = try await ServiceRole.settings()
            for line in Settings.report(try await EnvironmentSource.process()) { Console.line(line) }
            for name in settings.unknownVariables { Console.error("unknown variable \(name)") }
        }
    }
}
