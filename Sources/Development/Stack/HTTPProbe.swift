import Glibc

/// One small GET to a server of this machine, for health checks.
public enum HTTPProbe {
    /// The status of `GET path`, nil when nobody answers within the limit.
    public static func status(host: String = "127.0.0.1", port: Int, path: String, limitSeconds: Int = 3) -> Int? {
        guard let descriptor = connect(host: host, port: port, limitSeconds: limitSeconds) else { return nil }
        defer { close(descriptor) }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        while head.count < 12 {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            head += buffer[..<count]
        }
        return status(ofHead: head)
    }

    /// The status of a response that begins with these bytes.
    static func status(ofHead head: [UInt8]) -> Int? {
        let words = String(decoding: head.prefix(64), as: UTF8.self).split(separator: " ", maxSplits: 2)
        guard words.count > 1, words[0].hasPrefix("HTTP/1."), words[1].count >= 3 else { return nil }
        return Int(words[1].prefix(3))
    }

    private static func connect(host: String, port: Int, limitSeconds: Int) -> Int32? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        var limit = timeval(tv_sec: limitSeconds, tv_usec: 0)
        var entry = list
        while let address = entry?.pointee {
            let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
            for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
                setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
            }
            if descriptor >= 0, Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return descriptor }
            if descriptor >= 0 { close(descriptor) }
            entry = address.ai_next
        }
        return nil
    }
}
