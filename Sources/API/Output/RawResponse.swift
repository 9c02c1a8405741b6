public import HTTPTypes
public import Hummingbird
public import NIOCore

/// An answer of ready-made bytes: a page, a file, or JSON that was encoded before. With an entity tag, a client that holds the same bytes gets
/// 304 without body (RFC 9110 §13.1.2).
public struct RawResponse: EndpointOutput {
    /// The bytes.
    public var body: ByteBuffer
    /// The media type of the bytes.
    public var contentType: String
    /// The entity tag with its quotes, such as `"v7"` or `W/"v7"`.
    public var entityTag: String?
    /// The status; nil leaves the declared one.
    public var status: HTTPResponse.Status?
    /// Header fields that are added, replacing declared ones of the same name.
    public var headers: HTTPFields

    /// An answer.
    public init(
        _ body: ByteBuffer,
        contentType: String,
        entityTag: String? = nil,
        status: HTTPResponse.Status? = nil,
        headers: HTTPFields = HTTPFields()
    ) {
        self.body = body
        self.contentType = contentType
        self.entityTag = entityTag
        self.status = status
        self.headers = headers
    }

    /// A page.
    public static func html(_ text: String, headers: HTTPFields = HTTPFields()) -> RawResponse {
        RawResponse(ByteBuffer(string: text), contentType: "text/html; charset=utf-8", headers: headers)
    }

    /// JSON that was encoded before.
    public static func json(_ body: ByteBuffer, entityTag: String? = nil) -> RawResponse {
        RawResponse(body, contentType: ResponseHeaders.jsonContentType, entityTag: entityTag)
    }

    /// Bytes of a type that only the value knows; endpoints name it with `produces`.
    public static var content: OutputContent { .other(mediaType: "application/octet-stream") }

    /// The answer, or 304.
    public func response(to request: Request, head: ResponseHead) -> Response {
        var fields = head.headers
        fields.set(headers)
        fields[.contentType] = contentType
        if let entityTag {
            fields[.eTag] = entityTag
            if RawResponse.matches(entityTag, request.headers[.ifNoneMatch]) {
                fields[.contentType] = nil
                var response = Response(status: .notModified, headers: fields)
                response.headers[.contentLength] = nil
                return response
            }
        }
        return Response(status: status ?? head.status, headers: fields, body: ResponseBody(byteBuffer: body))
    }

    /// Weak comparison of a tag with the tags a client lists.
    static func matches(_ entityTag: String, _ ifNoneMatch: String?) -> Bool {
        guard let ifNoneMatch else { return false }
        func opaque(_ tag: some StringProtocol) -> Substring {
            let trimmed = Substring(tag).drop { $0 == " " || $0 == "\t" }
            let bare = trimmed.hasPrefix("W/") ? trimmed.dropFirst(2) : trimmed
            return bare.prefix { $0 != " " && $0 != "\t" }
        }
        let wanted = opaque(entityTag)
        return ifNoneMatch.split(separator: ",").contains { opaque($0) == wanted || opaque($0) == "*" }
    }
}

/// Header values used by every answer.
enum ResponseHeaders {
    static let jsonContentType = "application/json; charset=utf-8"
}
