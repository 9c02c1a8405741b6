public import HTTPTypes
public import Hummingbird
public import NIOCore

/// An error that is meant for the client: a status, a stable code and a sentence fit for a user (spec 01 §6).
public struct APIError: Error, Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// A stable snake_case code.
    public var code: String
    /// A sentence fit for a user: no internals, no submitted value.
    public var detail: String
    /// Header fields of the answer, such as `Retry-After`.
    public var headers: HTTPFields
    /// What is wrong with which field; only with 422.
    public var faults: [FieldFault]

    /// An error.
    public init(
        _ status: HTTPResponse.Status,
        _ code: String,
        _ detail: String,
        headers: HTTPFields = HTTPFields(),
        faults: [FieldFault] = []
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
        self.faults = faults
    }

    /// The error with a `Retry-After` of whole seconds, at least 1.
    public func retryAfter(seconds: Int) -> APIError {
        var error = self
        error.headers[.retryAfter] = String(max(seconds, 1))
        return error
    }

    /// The envelope as a response.
    public func response(requestID: String) -> Response {
        let (fields, body) = encoded(requestID: requestID)
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: body))
    }

    /// The envelope `{"detail","code","request_id","errors"?}` and the header fields it is answered with.
    public func encoded(requestID: String) -> (headers: HTTPFields, body: ByteBuffer) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("detail")
        writer.string(detail)
        writer.name("code")
        writer.string(code)
        writer.name("request_id")
        writer.string(requestID)
        if !faults.isEmpty {
            writer.name("errors")
            writer.beginArray()
            for fault in faults.prefix(FaultList.capacity) {
                writer.beginObject()
                writer.name("field")
                writer.string(fault.field)
                writer.name("code")
                writer.string(fault.code.rawValue)
                writer.name("message")
                writer.string(fault.message)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
        var fields = headers
        fields[.contentType] = ResponseHeaders.jsonContentType
        if fields[.cacheControl] == nil { fields[.cacheControl] = CachePolicy.noStore.headerValue }
        return (fields, writer.buffer)
    }

    /// The shape of the envelope.
    static let schema = JSONSchema.named("Error") {
        .object([
            JSONProperty(name: "detail", schema: .string, documentation: "A sentence fit for a user."),
            JSONProperty(name: "code", schema: .string, documentation: "A stable code."),
            JSONProperty(name: "request_id", schema: .string, documentation: "Also in the header X-Request-Id."),
            JSONProperty(
                name: "errors",
                schema: .array(
                    .object([
                        JSONProperty(name: "field", schema: .string, documentation: "Dotted path of the field."),
                        JSONProperty(name: "code", schema: .string),
                        JSONProperty(name: "message", schema: .string),
                    ]),
                    minimumCount: 1,
                    maximumCount: FaultList.capacity
                ),
                isRequired: false,
                documentation: "With status 422: what is wrong with which field."
            ),
        ])
    }
}
