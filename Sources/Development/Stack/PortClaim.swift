import Glibc
import LocalServers

/// A TCP port claimed for this process: nobody listens there, and no other instance has claimed it.
///
/// A check alone would race: two instances that start together would both find the port free. The claim is a lock that ends with the process.
public final class PortClaim: Sendable {
    /// The claimed port.
    public let port: Int

    private let lock: DirectoryLock

    private init?(_ port: Int) {
        let directory = "/tmp/tbg-ports-\(getuid())/\(port)"
        guard (try? PortClaim.make(directory)) != nil, let lock = try? DirectoryLock(directory: directory), Self.isFree(port) else {
            return nil
        }
        self.port = port
        self.lock = lock
    }

    /// Claims exactly `port`.
    ///
    /// - Throws: ``DevelopmentError/portInUse(_:)``.
    public static func exactly(_ port: Int) throws -> PortClaim {
        guard let claim = PortClaim(port) else { throw DevelopmentError.portInUse(port) }
        return claim
    }

    /// Claims `preferred`, or the first free port from `fallback` on.
    public static func near(_ preferred: Int, fallback: Int) throws -> PortClaim {
        if let claim = PortClaim(preferred) { return claim }
        for port in fallback..<min(fallback + 200, 65_536) {
            if let claim = PortClaim(port) { return claim }
        }
        throw DevelopmentError.noFreePort
    }

    /// True when a listener could be opened on all addresses.
    static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // As a server would: connections of an earlier run that linger in TIME_WAIT do not count.
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        return result == 0 && listen(descriptor, 1) == 0
    }

    private static func make(_ directory: String) throws {
        let parent = "/tmp/tbg-ports-\(getuid())"
        for path in [parent, directory] where mkdir(path, 0o700) != 0 && errno != EEXIST {
            throw LocalServerError.system(call: "mkdir", path: path, code: errno)
        }
    }
}
