import Glibc

/// Why the collector cannot listen.
package enum CollectorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another collector holds the path's lock.
    case inUse(path: String)
    /// Something that is no socket lies at the path.
    case notASocket(path: String)
    /// The path does not fit a socket address.
    case pathTooLong
    /// The group that may write to the socket does not exist.
    case unknownGroup(String)
    /// A system call failed.
    case system(call: String, code: Int32)

    package var description: String {
        switch self {
        case .inUse(let path): "another collector uses \(path)"
        case .notASocket(let path): "\(path) exists and is no socket"
        case .pathTooLong: "the socket path has more than 107 bytes"
        case .unknownGroup(let name): "there is no group named \(name)"
        case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
        }
    }
}
