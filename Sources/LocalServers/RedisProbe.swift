import Glibc

/// One inline command to a Redis socket and the first line of its answer: enough to see whether the server is there.
public enum RedisProbe {
    /// The answer's first line without its line end, such as "+PONG"; nil when nobody answers within a second.
    public static func answer(to command: String, socketPath: String) -> String? {
        guard let descriptor = UnixSocket.connect(to: socketPath, type: Int32(SOCK_STREAM.rawValue)) else { return nil }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let request = Array("\(command)\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].prefix { $0 != 0x0d }, as: UTF8.self)
    }
}

/// Addresses of Unix sockets.
enum UnixSocket {
    /// A connected socket, or nil where the path is too long or nobody listens.
    static func connect(to path: String, type: Int32) -> Int32? {
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
