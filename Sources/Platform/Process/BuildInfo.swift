import Foundation

/// What was built: shown by `/version`, logs and metrics.
package enum BuildInfo {
    /// Semantic version of the service.
    package static let version = "0.1.0"
    /// The commit, given by the build through the environment variable `TBG_BUILD_COMMIT` of the process; 40 hexadecimal digits or `unknown`.
    package static let commit: String = {
        let text = ProcessInfo.processInfo.environment["TBG_BUILD_COMMIT"] ?? ""
        return text.utf8.count == 40 && text.utf8.allSatisfy(\.isHexDigit) ? text : "unknown"
    }()
}
