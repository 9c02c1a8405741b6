import API
import HTTPTypes
import Hummingbird
import NIOCore
package import WebSockets

/// Answers to what is refused before any route: they carry the same envelope, request id and headers as every other (spec 01 §5, §6).
package enum HTTPRejections {
    package static func content(_ rejection: HTTPRejection, random: RandomSource) -> HTTPRejection.Content {
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
        let (headers, body) = error.encoded(requestID: id)
        var fields = headers
        fields[SecurityHeaders.name("X-Request-Id")] = id
        SecurityHeaders.add(to: &fields, isProduction: false)
        return HTTPRejection.Content(headers: fields, body: body)
    }
}
