import LocalServers

/// Why a development instance cannot start; each has an exit code of sysexits.h.
public enum DevelopmentError: Error, Equatable, CustomStringConvertible, Sendable {
    /// Another process listens on the port.
    case portInUse(Int)
    /// No free port was found for a part.
    case noFreePort
    /// The schema could not be brought up to date; what the migration printed.
    case migrationFailed(String)
    /// The API was not ready in time.
    case notReady(seconds: Int, logs: String)
    /// A file of ours has content we did not write.
    case damagedFile(String)

    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .portInUse(let port): "port \(port) is in use: stop what listens there or choose another with --port"
        case .noFreePort: "no free TCP port was found"
        case .migrationFailed(let output): "the schema could not be brought up to date:\n\(output)"
        case .notReady(let seconds, let logs): "the API was not ready after \(seconds) s; see the logs in \(logs)"
        case .damagedFile(let path): "\(path) is damaged: remove it, or start afresh with --reset"
        }
    }

    /// Exit code for a failure to start: 69 (unavailable) where something outside is in the way, 75 (try again) for a folder in use, else 1.
    public static func exitCode(for error: any Error) -> Int32 {
        switch error {
        case DevelopmentError.portInUse, DevelopmentError.noFreePort, LocalServerError.missingProgram: 69
        case LocalServerError.directoryInUse: 75
        default: 1
        }
    }
}
