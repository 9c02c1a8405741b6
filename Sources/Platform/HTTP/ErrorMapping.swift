package import API
package import Logging
import Postgres
import Redis
import WebSockets

/// What errors that no handler foresaw become (spec 01 §6): the cause goes to the log under the request id, never into the answer.
package enum ErrorMapping {
    /// Conflicts by constraint; features name theirs where they catch, this is the last line.
    package static func apiError(for error: any Error, requestID: String, logger: Logger) -> APIError {
        switch error {
        case let error as PostgresError where error.isUnavailable || error.isDeadlock || error.isSerializationFailure:
            logger.warning("database busy", metadata: ["event": "dependency", "request_id": "\(requestID)", "error_kind": "\(error.kind)"])
            return .unavailable()
        case let error as PostgresError where error.isUniqueViolation:
            return .conflict("conflict", "This already exists.")
        case is RedisError:
            logger.warning("redis busy", metadata: ["event": "dependency", "request_id": "\(requestID)", "error_kind": "\(error)"])
            return .unavailable()
        case is CancellationError:
            return .unavailable()
        case let error as WebSocketUpgradeError:
            return APIError(error.status, "upgrade_required", "This address speaks WebSocket, version 13.", headers: error.headers)
        default:
            logger.error(
                "request failed",
                metadata: [
                    "event": "request_failed", "request_id": "\(requestID)", "error_kind": "\(type(of: error))", "cause": "\(error)",
                ]
            )
            return .internalError
        }
    }
}
