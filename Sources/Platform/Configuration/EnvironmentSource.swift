import Configuration
import Foundation
import SystemPackage

/// Where variables come from: the process environment, and a `.env` file below it in development and test (spec 01 §2).
package struct EnvironmentSource: Sendable {
    private let variables: [String: String]
    private let file: EnvironmentVariablesProvider?

    /// A source with exactly these variables.
    package init(_ variables: [String: String]) {
        self.variables = variables
        self.file = nil
    }

    /// The process environment; `.env` of the working directory is read only when `TBG_ENVIRONMENT` is `development`, `test` or absent.
    /// - Throws: when a `.env` file exists and cannot be read.
    package static func process() async throws -> EnvironmentSource {
        try await load(ProcessInfo.processInfo.environment, file: ".env")
    }

    /// Variables over those of a file, which may be absent.
    static func load(_ variables: [String: String], file path: String) async throws -> EnvironmentSource {
        let environment = variables["TBG_ENVIRONMENT"] ?? ""
        guard ["", "development", "test"].contains(environment) else {
            return EnvironmentSource(variables)
        }
        return EnvironmentSource(
            variables: variables,
            file: try await EnvironmentVariablesProvider(environmentFilePath: FilePath(path), allowMissing: true)
        )
    }

    private init(variables: [String: String], file: EnvironmentVariablesProvider) {
        self.variables = variables
        self.file = file
    }

    /// The value of a variable; a real variable wins over the file, and an empty value counts as absent.
    func value(_ name: String) -> String? {
        let found = variables[name] ?? (try? file?.environmentValue(forName: name)) ?? nil
        return found?.isEmpty == false ? found : nil
    }

    /// Names with the service's prefix, to find misspelt ones.
    var prefixedNames: [String] { variables.keys.filter { $0.hasPrefix("TBG_") }.sorted() }
}
