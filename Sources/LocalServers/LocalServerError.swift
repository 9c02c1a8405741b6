/// Why a private server could not be prepared, started or reached. Every description names what to do next.
public enum LocalServerError: Error, Equatable, CustomStringConvertible, Sendable {
    /// A program is not installed; the Debian package that brings it.
    case missingProgram(name: String, debianPackage: String)
    /// Another process holds the folder; `holder` is its process id when known.
    case directoryInUse(path: String, holder: Int32?)
    /// The data in the folder was written by another major version and its programs are not installed.
    case versionMismatch(path: String, dataVersion: String)
    /// A program ended with a failure before it was useful; the end of what it printed.
    case failed(program: String, status: ExitStatus, output: String)
    /// A server is running but did not accept connections in time; the end of its log.
    case notReady(program: String, seconds: Int, output: String)
    /// A system call failed.
    case system(call: String, path: String, code: Int32)
    /// The call needs a running server.
    case notStarted(program: String)

    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .missingProgram(let name, let package):
            "\(name) is not installed: apt-get install \(package)"
        case .directoryInUse(let path, let holder):
            "\(path) is in use" + (holder.map { " by process \($0)" } ?? "") + ": stop it or choose another folder"
        case .versionMismatch(let path, let version):
            "\(path) holds data of PostgreSQL \(version): apt-get install postgresql-\(version), or start afresh in another folder"
        case .failed(let program, let status, let output):
            "\(program) \(status)" + (output.isEmpty ? "" : ":\n\(output)")
        case .notReady(let program, let seconds, let output):
            "\(program) was not ready after \(seconds) s" + (output.isEmpty ? "" : ":\n\(output)")
        case .system(let call, let path, let code):
            "\(call) \(path): \(SystemCall.message(code))"
        case .notStarted(let program):
            "\(program) is not started"
        }
    }
}
