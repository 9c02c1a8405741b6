public import HTTPTypes
public import Hummingbird
import NIOCore

/// What an endpoint answers. JSON values conform through `JSONEncodable`; pages and files are `RawResponse`.
public protocol EndpointOutput: Sendable {
    /// What the body is, for the description of the endpoint.
    static var content: OutputContent { get }

    /// The answer.
    ///
    /// - Parameters:
    ///   - request: for conditional requests.
    ///   - head: status and header fields the endpoint declares.
    func response(to request: Request, head: ResponseHead) -> Response
}

/// What a body is.
public enum OutputContent: Sendable {
    /// A JSON value of this shape.
    case json(JSONSchema)
    /// Anything else, by its media type.
    case other(mediaType: String)
}

/// Status and header fields that an endpoint declares for its successful answers.
public struct ResponseHead: Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// The header fields, `Content-Type` included when the content is JSON.
    public var headers: HTTPFields

    /// A head.
    public init(status: HTTPResponse.Status = .ok, headers: HTTPFields = HTTPFields()) {
        self.status = status
        self.headers = headers
    }
}

/// An answer whose status or header fields are decided by the handler.
public struct Reply<Body: EndpointOutput>: EndpointOutput {
    /// The body.
    public let body: Body
    /// The status; nil leaves the declared one.
    public let status: HTTPResponse.Status?
    /// Header fields that are added, replacing declared ones of the same name.
    public let headers: HTTPFields

    /// An answer.
    public init(_ body: Body, status: HTTPResponse.Status? = nil, headers: HTTPFields = HTTPFields()) {
        self.body = body
        self.status = status
        self.headers = headers
    }

    /// What the body is.
    public static var content: OutputContent { Body.content }

    /// The answer.
    public func response(to request: Request, head: ResponseHead) -> Response {
        var response = body.response(to: request, head: ResponseHead(status: status ?? head.status, headers: head.headers))
        response.headers.set(headers)
        return response
    }
}

extension HTTPFields {
    /// Sets every field of `others`, replacing those of the same name.
    mutating func set(_ others: HTTPFields) {
        for field in others { self[field.name] = nil }
        append(contentsOf: others)
    }
}
