/// How often an endpoint may be called. The table only carries the class; the gate enforces it. Products add their own as static members.
public struct RateClass: Sendable, Hashable {
    /// The class's name, shown as `x-rate-class`.
    public let name: String
    /// Whether the limit depends on something in the body, which is then read before the gate is asked.
    public let readsBodySubject: Bool

    /// A class.
    public init(_ name: String, readsBodySubject: Bool = false) {
        self.name = name
        self.readsBodySubject = readsBodySubject
    }

    /// No limit.
    public static let none = RateClass("none")
    /// The limit of unknown callers.
    public static let `default` = RateClass("default")
    /// A generous limit for public reads.
    public static let relaxed = RateClass("relaxed")
    /// The ordinary limit of signed-in callers.
    public static let standard = RateClass("standard")
    /// A narrow limit.
    public static let strict = RateClass("strict")
}

/// How long answers of an endpoint may be kept.
public struct CachePolicy: Sendable, Hashable {
    /// The value of `Cache-Control`.
    public let headerValue: String

    /// A policy by its header value.
    public init(_ headerValue: String) { self.headerValue = headerValue }

    /// Never kept.
    public static let noStore = CachePolicy("no-store")
    /// Kept, but asked about before every use.
    public static let revalidate = CachePolicy("no-cache")
    /// Kept by anyone for some time.
    public static func `public`(maxAgeSeconds: Int) -> CachePolicy { CachePolicy("public, max-age=\(maxAgeSeconds)") }
    /// Kept by the client alone for some time.
    public static func `private`(maxAgeSeconds: Int) -> CachePolicy { CachePolicy("private, max-age=\(maxAgeSeconds)") }
}
