import HTTPTypes

/// The headers of every response (spec 11 §12).
enum SecurityHeaders {
    private static let always: [(HTTPField.Name, String)] = [
        (.xContentTypeOptions, "nosniff"),
        (name("X-Frame-Options"), "DENY"),
        (name("Referrer-Policy"), "strict-origin-when-cross-origin"),
        (name("Permissions-Policy"), "camera=(), microphone=(), geolocation=()"),
    ]
    private static let resourcePolicy = name("Cross-Origin-Resource-Policy")
    private static let transport = (HTTPField.Name.strictTransportSecurity, "max-age=31536000; includeSubDomains")

    /// Adds what is missing; a page that brings its own policy keeps it.
    static func add(to headers: inout HTTPFields, isProduction: Bool) {
        for (name, value) in always { headers.append(HTTPField(name: name, value: value)) }
        if headers[.contentSecurityPolicy] == nil {
            headers.append(HTTPField(name: .contentSecurityPolicy, value: "default-src 'none'; frame-ancestors 'none'"))
        }
        if headers[.cacheControl] == nil { headers.append(HTTPField(name: .cacheControl, value: "no-store")) }
        if headers[resourcePolicy] == nil { headers.append(HTTPField(name: resourcePolicy, value: "same-site")) }
        if isProduction { headers.append(HTTPField(name: transport.0, value: transport.1)) }
    }

    /// A name of ours; each is a literal that is a valid field name.
    static func name(_ text: String) -> HTTPField.Name { HTTPField.Name(text) ?? .accept }
}
