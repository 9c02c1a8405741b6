import CBuildInfo

/// What was built: shown by `/version`, logs and metrics.
package enum BuildInfo {
    /// Semantic version of the service.
    package static let version = "0.1.0"
    /// The commit the program was built from: 40 hexadecimal digits, or `unknown` where the build was not told (`BUILD_COMMIT`).
    package static let commit: String = {
        let text = String(cString: tbg_build_commit())
        return text.utf8.count == 40 && text.utf8.allSatisfy(\.isHexDigit) ? text : "unknown"
    }()
}
