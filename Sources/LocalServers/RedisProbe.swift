import Glibc

/// One inline command to a Redis socket and the first line of its answer: enough to see whether the server is there.
public enum RedisProbe {
    /// The answer's first line without its line end, such as "+PONG"; nil when nobody answers within a second.
    public static func answer(to command: String, socketPath: String) -> String? {
        guard let descriptor = UnixSocket.connect(to: socketPath, type: UnixSocket.stream) else { return nil }
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
