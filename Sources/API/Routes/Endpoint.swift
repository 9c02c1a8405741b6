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
    /// Answers of another status that are no error envelope.
    public let otherAnswers: [DocumentedAnswer]
    /// How long answers may be kept.
    public let cache: CachePolicy
    /// The status of a successful answer.
    public let status: HTTPResponse.Status
    /// The largest body in bytes.
    public let maximumBodyBytes: Int
    /// What a successful answer holds, where the output type does not say.
    public let produces: OutputContent
    /// Whether the handler may be called again when it lost a race for the database: everything it does is undone by its failure.
    public let isRetryable: Bool

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
        otherAnswers: [DocumentedAnswer] = [],
        cache: CachePolicy = .noStore,
        status: HTTPResponse.Status = .ok,
        maximumBodyBytes: Int = 65_536,
        produces: OutputContent? = nil,
        isRetryable: Bool = false
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
        self.otherAnswers = otherAnswers
        self.cache = cache
        self.status = status
        self.maximumBodyBytes = maximumBodyBytes
        self.produces = produces ?? Output.content
        self.isRetryable = isRetryable
    }
}

/// An answer besides the usual one that an endpoint is documented to give, such as the state of a service that is not well.
public struct DocumentedAnswer: Sendable {
    /// The status.
    public let status: HTTPResponse.Status
    /// The shape of the body.
    public let schema: JSONSchema

    /// An answer.
    public init(_ status: HTTPResponse.Status, _ schema: JSONSchema) {
        self.status = status
        self.schema = schema
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
