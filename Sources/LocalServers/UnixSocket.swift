import Glibc

/// Client ends of Unix sockets.
public enum UnixSocket {
    /// A byte stream.
    public static let stream = Int32(SOCK_STREAM.rawValue)
    /// Datagrams.
    public static let datagram = Int32(SOCK_DGRAM.rawValue)

    /// A descriptor connected to `path`, or nil where the path is too long or nobody listens. The caller closes it.
    public static func connect(to path: String, type: Int32) -> Int32? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count <= ServerHome.maximumSocketPathBytes else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, type | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
