import NIOHTTP1

extension HTTPRequestHead {
    /// The limit this head breaks, if any.
    func broken(limits: HTTPConnectionConfiguration) -> HTTPRejection? {
        // "GET /path HTTP/1.1" CRLF
        if self.method.rawValue.utf8.count + self.uri.utf8.count + 12 > limits.maxRequestLineBytes { return .requestLineTooLong }
        if self.headers.count > limits.maxHeaderCount { return .headersTooLarge }
        // "Name: value" CRLF
        let bytes = self.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        return bytes > limits.maxHeaderBytes ? .headersTooLarge : nil
    }

    /// Whether NIO's parser takes what follows this request for another protocol and stops.
    var stopsParser: Bool {
        if self.method == .CONNECT { return true }
        guard self.headers.contains(name: "upgrade") else { return false }
        return self.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }
}

extension NIOHTTPDecoderLimitConfiguration {
    /// Bounds what the parser holds. It counts request line and fields together, so the exact limits are checked on the finished head.
    init(_ limits: HTTPConnectionConfiguration) {
        self.init()
        self.maxHeaderFieldSize = max(limits.maxRequestLineBytes, limits.maxHeaderBytes)
        self.maxHeaderListSize = limits.maxRequestLineBytes + limits.maxHeaderBytes
        self.maxHeaderFieldCount = limits.maxHeaderCount
    }
}
