public import HTTPTypes

/// What is known about a route without calling it. The gate, the documentation, logs, metrics and generated tests work from this.
public final class RouteDescription: Sendable {
    /// The method.
    public let method: HTTPRequest.Method
    /// The path with named segments in braces.
    public let path: String
    /// The name of the operation.
    public let id: String
    /// The chapter of the documentation.
    public let tag: String
    /// One line about the route.
    public let summary: String
    /// More about the route.
    public let details: String
    /// Who may call it.
    public let auth: AuthRule
    /// How often it may be called.
    public let rate: RateClass
    /// The errors it documents.
    public let errors: [DocumentedError]
    /// Answers of another status that are no error envelope.
    public let otherAnswers: [DocumentedAnswer]
    /// How long answers may be kept.
    public let cache: CachePolicy
    /// The status of a successful answer.
    public let status: HTTPResponse.Status
    /// The largest body in bytes.
    public let maximumBodyBytes: Int
    /// The fields of a request: path, query and header first, then members of the body.
    public let fields: [FieldDescription]
    /// What a successful answer holds.
    public let output: OutputContent
    /// Whether a request must have a body: at least one of its members is required.
    public let requiresBody: Bool
    /// Whether the handler may be called again after a lost race.
    public let isRetryable: Bool

    init<Input, Output>(_ endpoint: Endpoint<Input, Output>) {
        method = endpoint.method
        path = endpoint.path
        id = endpoint.id
        tag = endpoint.tag
        summary = endpoint.summary
        details = endpoint.details
        auth = endpoint.auth
        rate = endpoint.rate
        errors = endpoint.errors
        otherAnswers = endpoint.otherAnswers
        cache = endpoint.cache
        status = endpoint.status
        maximumBodyBytes = endpoint.maximumBodyBytes
        output = endpoint.produces
        isRetryable = endpoint.isRetryable
        fields = RequestFields.describe(Input.self)
        requiresBody = fields.contains { $0.location == .body && $0.property.isRequired }
    }

    /// The fields found in one place.
    public func fields(in location: FieldDescription.Location) -> [JSONProperty] {
        fields.filter { $0.location == location }.map(\.property)
    }

    /// Whether the route reads a body at all.
    var readsBody: Bool { method != .get && method != .head }
}
