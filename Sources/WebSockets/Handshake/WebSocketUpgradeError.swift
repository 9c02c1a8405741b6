public import HTTPTypes
public import Hummingbird

/// Why a request cannot become a WebSocket. As a Hummingbird error it answers with its status and no body.
public enum WebSocketUpgradeError: Error, Equatable, Sendable {
    /// Not an upgrade to WebSocket: 426.
    case notRequested
    /// A `Sec-WebSocket-Version` other than 13: 426.
    case unsupportedVersion
    /// `Sec-WebSocket-Key` missing, repeated or not 16 bytes in base64: 400.
    case invalidKey
    /// The request carries a body: 400.
    case unexpectedBody

    /// Header fields a 426 must carry: what to upgrade to (RFC 9110 §15.5.22, RFC 6455 §4.2.2).
    public var headers: HTTPFields {
        switch self {
        case .notRequested, .unsupportedVersion: [.upgrade: "websocket", .connection: "upgrade", .secWebSocketVersion: "13"]
        case .invalidKey, .unexpectedBody: [:]
        }
    }
}

extension WebSocketUpgradeError: HTTPResponseError {
    /// 426 or 400.
    public var status: HTTPResponse.Status {
        switch self {
        case .notRequested, .unsupportedVersion: .upgradeRequired
        case .invalidKey, .unexpectedBody: .badRequest
        }
    }

    /// The status with ``headers`` and no body.
    public func response(from request: Request, context: some RequestContext) throws -> Response {
        Response(status: self.status, headers: self.headers)
    }
}
