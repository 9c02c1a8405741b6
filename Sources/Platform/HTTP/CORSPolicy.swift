import HTTPTypes

/// Which origins a browser may call from, and what it is told (spec 01 §4.2, 11 §12).
package struct CORSPolicy: Sendable {
    private let origins: Set<String>

    static let origin = HTTPField.Name.origin
    private static let methods = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
    private static let requestHeaders = "Authorization, Content-Type, X-API-Key, X-Request-Id, X-Onboarding-Token, If-None-Match"
    private static let exposedHeaders =
        "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, ETag, X-Data-Stale"

    package init(origins: [String]) {
        self.origins = Set(origins)
    }

    /// Whether a page of this `Origin` may open a socket: a listed one, and a page that came from the `Host` the request goes to. Absent is
    /// allowed, `null` never is.
    package func allows(origin: String?, host: String?) -> Bool {
        guard let origin, !origins.contains(origin) else { return true }
        guard let host, !host.isEmpty else { return false }
        return origin == "http://" + host || origin == "https://" + host
    }

    /// A preflight is `OPTIONS` with an origin and the method it asks for.
    static func isPreflight(_ request: HTTPRequest) -> Bool {
        request.method == .options && request.headerFields[.origin] != nil && request.headerFields[.accessControlRequestMethod] != nil
    }

    /// The headers that answer a preflight; none for an unlisted origin.
    func preflightHeaders(for origin: String) -> HTTPFields {
        var headers: HTTPFields = [.vary: "Origin"]
        guard origins.contains(origin) else { return headers }
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlAllowMethods] = Self.methods
        headers[.accessControlAllowHeaders] = Self.requestHeaders
        headers[.accessControlMaxAge] = "3600"
        return headers
    }

    /// Adds what lets a listed origin read an ordinary answer, errors included.
    func add(to headers: inout HTTPFields, origin: String?) {
        headers.append(HTTPField(name: .vary, value: "Origin"))
        guard let origin, origins.contains(origin) else { return }
        headers.append(HTTPField(name: .accessControlAllowOrigin, value: origin))
        headers.append(HTTPField(name: .accessControlExposeHeaders, value: Self.exposedHeaders))
    }
}
