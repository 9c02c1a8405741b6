import API
import Accounts
import GameRules
import NIOCore

/// What `ws:control` says: sockets that must close now (spec 04 §9).
enum ControlMessage: Sendable, Equatable {
    case sessionRevoked(SessionID)
    case userRevoked(UserID)

    init?(payload: ByteBuffer) {
        guard payload.readableBytes <= 4096, let members = try? JSONParser(maximumDepth: 4).parse(payload.readableBytesView) else {
            return nil
        }
        switch members["op"]?.stringValue {
        case "session_revoked":
            guard let session = members["sid"]?.stringValue.flatMap({ SessionID($0) }) else { return nil }
            self = .sessionRevoked(session)
        case "user_revoked":
            guard let user = members["user_id"]?.int64Value, user > 0 else { return nil }
            self = .userRevoked(UserID(user))
        default: return nil
        }
    }
}
