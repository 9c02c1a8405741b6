/// One environment variable the service knows: a row of `docs/configuration.md`, which a test compares with the code.
package struct ConfigurationVariable: Sendable, Equatable {
    /// The full name, prefix `TBG_` included.
    package let name: String
    /// The value in force when the variable is absent, as a user would write it; empty means unset.
    package let defaultText: String
    /// Whether the value is a secret: it then also exists as `<name>_FILE`, and is never printed.
    package let isSecret: Bool
    /// What the variable decides, with its unit and allowed values.
    package let meaning: String
}

/// Everything found wrong with the environment at start, in one error (spec 01 §2): names and reasons, never values.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One faulty variable.
    package struct Problem: Sendable, Equatable {
        /// The full variable name.
        package let variable: String
        /// What is wrong, without the value.
        package let reason: String
    }

    /// All problems, in the order the variables are declared.
    package let problems: [Problem]

    /// The exit code of a process that refuses its configuration (`EX_CONFIG` of sysexits.h).
    package static let exitCode: Int32 = 78

    /// One line a problem.
    package var description: String {
        "configuration refused:\n" + problems.map { "  \($0.variable): \($0.reason)" }.joined(separator: "\n")
    }
}
