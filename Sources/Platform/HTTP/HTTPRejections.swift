import API
import HTTPTypes
import NIOCore
package import WebSockets

extension PipelineResponder {
    /// The answer to what is refused before any route: it carries the same envelope, request id and headers as every other, and is logged and
    /// counted like one (spec 01 §4, §5, §6).
    package func content(of rejection: HTTPRejection) -> HTTPRejection.Content {
        let error =
            switch rejection {
            case .requestLineTooLong: APIError(.uriTooLong, "uri_too_long", "The address of this request is too long.")
            case .headersTooLarge:
                APIError(.requestHeaderFieldsTooLarge, "headers_too_large", "The request has too many or too long headers.")
            case .malformed: APIError(.badRequest, "bad_request", "The request cannot be understood.")
            case .headTimeout: APIError(.requestTimeout, "request_timeout", "The request did not arrive in time.")
            case .unacceptedUpgrade: APIError.internalError
            }
        let id = random.uuidText()
        var (fields, body) = error.encoded(requestID: id)
        fields[Self.requestID] = id
        SecurityHeaders.add(to: &fields, isProduction: isProduction)
        accessLog.rejected(error, requestID: id, bytes: body.readableBytes)
        return HTTPRejection.Content(headers: fields, body: body)
    }
}
