public import HTTPTypes

/// One endpoint, declared once. Router, validation, gate, documentation and generated tests are all derived from this value.
///
///     static let shares = Endpoint<SharesInput, SharePage>(
///         .get, "/api/v1/mining/shares", id: "listShares", tag: "Mining", summary: "Shares, newest first",
///         auth: .bearer, rate: .standard, errors: [.unprocessable("invalid_cursor")]
///     )
public struct Endpoint<Input: EndpointInput, Output: EndpointOutput>: Sendable {
    /// The method. HEAD comes with GET by itself.
    public let method: HTTPRequest.Method
    /// The path with named segments in braces: `/api/v1/mining/workers/{name}`.
    public let path: String
    /// The name of the operation, unique in the table.
    public let id: String
    /// The chapter of the documentation.
    public let tag: String
    /// One line about the endpoint.
    public let summary: String
    /// More about the endpoint.
    public let details: String
    /// Who may call it.
    public let auth: AuthRule
    /// How often it may be called.
    public let rate: RateClass
    /// The errors a caller should expect, beyond those every endpoint has.
    public let errors: [DocumentedError]
    /// How long answers may be kept.
    public let cache: CachePolicy
    /// The status of a successful answer.
    public let status: HTTPResponse.Status
    /// The largest body in bytes.
    public let maximumBodyBytes: Int
    /// What a successful answer holds, where the output type does not say.
    public let produces: OutputContent

    /// An endpoint.
    public init(
        _ method: HTTPRequest.Method,
        _ path: String,
        id: String,
        tag: String,
        summary: String,
        details: String = "",
        auth: AuthRule,
        rate: RateClass,
        errors: [DocumentedError] = [],
        cache: CachePolicy = .noStore,
        status: HTTPResponse.Status = .ok,
        maximumBodyBytes: Int = 65_536,
        produces: OutputContent? = nil
    ) {
        self.method = method
        self.path = path
        self.id = id
        self.tag = tag
        self.summary = summary
        self.details = details
        self.auth = auth
        self.rate = rate
        self.errors = errors
        self.cache = cache
        self.status = status
        self.maximumBodyBytes = maximumBodyBytes
        self.produces = produces ?? Output.content
    }
}

/// An error an endpoint is documented to answer.
public struct DocumentedError: Sendable, Hashable {
    /// The status.
    public let status: HTTPResponse.Status
    /// The code of the envelope.
    public let code: String

    /// An error.
    public init(_ status: HTTPResponse.Status, _ code: String) {
        self.status = status
        self.code = code
    }

    /// 400.
    public static func badRequest(_ code: String) -> DocumentedError { DocumentedError(.badRequest, code) }
    /// 401.
    public static func unauthorized(_ code: String) -> DocumentedError { DocumentedError(.unauthorized, code) }
    /// 403.
    public static func forbidden(_ code: String) -> DocumentedError { DocumentedError(.forbidden, code) }
    /// 404.
    public static func notFound(_ code: String) -> DocumentedError { DocumentedError(.notFound, code) }
    /// 409.
    public static func conflict(_ code: String) -> DocumentedError { DocumentedError(.conflict, code) }
    /// 410.
    public static func gone(_ code: String) -> DocumentedError { DocumentedError(.gone, code) }
    /// 422.
    public static func unprocessable(_ code: String) -> DocumentedError { DocumentedError(.unprocessableContent, code) }
    /// 429.
    public static func tooManyRequests(_ code: String) -> DocumentedError { DocumentedError(.tooManyRequests, code) }
    /// 503.
    public static func unavailable(_ code: String) -> DocumentedError { DocumentedError(.serviceUnavailable, code) }
}
