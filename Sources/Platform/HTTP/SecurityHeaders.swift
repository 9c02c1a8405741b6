import HTTPTypes

/// The headers of every response (spec 11 §12).
enum SecurityHeaders {
    private static let always = [
        HTTPField(name: .xContentTypeOptions, value: "nosniff"),
        HTTPField(name: name("X-Frame-Options"), value: "DENY"),
        HTTPField(name: name("Referrer-Policy"), value: "strict-origin-when-cross-origin"),
        HTTPField(name: name("Permissions-Policy"), value: "camera=(), microphone=(), geolocation=()"),
    ]
    private static let inProduction = [HTTPField(name: .strictTransportSecurity, value: "max-age=31536000; includeSubDomains")]
    private static let unlessSet = [
        HTTPField(name: .contentSecurityPolicy, value: "default-src 'none'; frame-ancestors 'none'"),
        HTTPField(name: .cacheControl, value: "no-store"),
        HTTPField(name: name("Cross-Origin-Resource-Policy"), value: "same-site"),
    ]

    /// Adds what is missing; a page that brings its own policy keeps it.
    static func add(to headers: inout HTTPFields, isProduction: Bool) {
        for field in always { headers.append(field) }
        for field in unlessSet where !headers.contains(field.name) { headers.append(field) }
        if isProduction { for field in inProduction { headers.append(field) } }
    }

    /// A name of ours; each is a literal that is a valid field name.
    static func name(_ text: String) -> HTTPField.Name { HTTPField.Name(text) ?? .accept }
}
