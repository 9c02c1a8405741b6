public import HTTPTypes
public import NIOCore

/// Why a connection's bytes are answered before any route sees a request. The connection is closed after the answer.
public enum HTTPRejection: Equatable, Sendable {
    /// The request line is too long: 414.
    case requestLineTooLong
    /// The header fields are too many or too long: 431.
    case headersTooLarge
    /// Not HTTP/1: 400.
    case malformed
    /// The head of the request did not arrive in time: 408.
    case headTimeout
    /// A route answered 101 without ``WebSocketUpgrade/accept(headers:abandoned:handler:)``: 500.
    case unacceptedUpgrade

    /// Its status.
    public var status: HTTPResponse.Status {
        switch self {
        case .requestLineTooLong: .uriTooLong
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .malformed: .badRequest
        case .headTimeout: .requestTimeout
        case .unacceptedUpgrade: .internalServerError
        }
    }

    /// The body of a rejection and its header fields; `Content-Length` and `Connection` are added.
    public struct Content: Sendable {
        /// Header fields.
        public var headers: HTTPFields
        /// Body.
        public var body: ByteBuffer

        /// Header fields and body.
        public init(headers: HTTPFields = [:], body: ByteBuffer = ByteBuffer()) {
            self.headers = headers
            self.body = body
        }
    }
}
