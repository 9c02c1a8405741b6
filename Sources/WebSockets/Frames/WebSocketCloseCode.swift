/// Why a socket was closed (RFC 6455 §7.4 and the IANA registry).
public struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt16

    /// A code by number; see ``isAllowedOnWire``.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// A code by number, for applications' own codes 4000–4999.
    public init(_ rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// 1000: done.
    public static let normal = Self(1000)
    /// 1001: the server shuts down or the page was left.
    public static let goingAway = Self(1001)
    /// 1002: a frame broke the protocol.
    public static let protocolError = Self(1002)
    /// 1003: a kind of data the endpoint does not take.
    public static let unsupportedData = Self(1003)
    /// 1005: the peer's close frame named no code. Never on the wire.
    public static let noStatus = Self(1005)
    /// 1006: the connection ended without a close frame. Never on the wire.
    public static let abnormal = Self(1006)
    /// 1007: text that is not UTF-8.
    public static let invalidPayload = Self(1007)
    /// 1008: against the endpoint's policy.
    public static let policyViolation = Self(1008)
    /// 1009: a frame or message over the size limit.
    public static let messageTooBig = Self(1009)
    /// 1011: the endpoint failed.
    public static let internalError = Self(1011)

    /// Whether a close frame may carry the code: 1000–1003 and 1007–1014, and 3000–4999 for libraries and applications.
    public var isAllowedOnWire: Bool {
        switch self.rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

extension WebSocketCloseCode: CustomStringConvertible {
    /// The number.
    public var description: String { String(self.rawValue) }
}
