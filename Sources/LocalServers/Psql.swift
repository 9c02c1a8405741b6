/// One statement through `psql`, for the few that come before any client of ours: CREATE and DROP DATABASE.
public struct Psql: Sendable {
    /// Path of the program.
    public let program: String

    /// The newest installed `psql`, or the one at `program`.
    public init(program: String? = nil) throws {
        self.program =
            try program ?? (try? PostgresInstallation.find().program("psql"))
            ?? Programs.find("psql", debianPackage: "postgresql-client-15")
    }

    /// Runs `statement` and returns the rows as unaligned text without the final newline.
    @discardableResult
    public func run(_ statement: String, on url: String) async throws -> String {
        let text = try await Command(
            program,
            ["--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=terse", "-Atqw", "-c", statement, url]
        ).runSuccessfully()
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
