package import API
import Foundation
package import Logging
import Postgres
import Redis
import WebSockets

/// What errors that no handler foresaw become (spec 01 §6): the cause goes to the log under the request id, never into the answer.
package struct ErrorMapping: Sendable {
    /// Most calls of a retryable handler.
    private static let maximumAttempts = 3

    private let constraints: ConstraintErrors
    private let random: RandomSource
    private let logger: Logger

    /// - Parameter constraints: the named conflicts of all features.
    package init(constraints: ConstraintErrors, random: RandomSource, logger: Logger) {
        self.constraints = constraints
        self.random = random
        self.logger = logger
    }

    /// The answer to an error.
    package func apiError(for error: any Error, requestID: String) -> APIError {
        switch error {
        case let error as PostgresError:
            return answer(to: error, requestID)
        case let error as RedisError:
            note("redis busy", kind: "\(error)", requestID)
            return .unavailable()
        case is CancellationError:
            note("request cancelled", kind: "cancelled", requestID)
            return .unavailable()
        case let error as WebSocketUpgradeError:
            return APIError(error.status, "upgrade_required", "This address speaks WebSocket, version 13.", headers: error.headers)
        default:
            fail("request failed", error, requestID)
            return .internalError
        }
    }

    /// Whether a retryable handler is called once more: after a lost race only, and after a pause that lets the winner finish.
    package func shouldRetry(_ error: any Error, attempt: Int) async -> Bool {
        guard attempt < Self.maximumAttempts, let error = error as? PostgresError, error.isDeadlock || error.isSerializationFailure else {
            return false
        }
        try? await Task.sleep(for: .milliseconds(10 + Int(random.bytes(1).first ?? 0) * 40 / 255))
        return !Task.isCancelled
    }

    private func answer(to error: PostgresError, _ requestID: String) -> APIError {
        if error.isUnavailable || error.isDeadlock || error.isSerializationFailure {
            note("database busy", kind: error.kind, requestID)
            return .unavailable()
        }
        if error.isUniqueViolation {
            if let named = constraints[error.constraint] { return named }
            note("unnamed conflict", kind: error.constraint ?? error.kind, requestID)
            return .conflict("conflict", "This already exists.")
        }
        if error.isForeignKeyViolation {
            if let named = constraints[error.constraint] { return named }
            note("unnamed conflict", kind: error.constraint ?? error.kind, requestID)
            return .conflict("conflict", "This refers to something that does not exist any more.")
        }
        // A violated check included: validation let something pass that it should not have.
        fail(error.isCheckViolation ? "check constraint violated" : "request failed", error, requestID)
        return .internalError
    }

    private func note(_ message: Logger.Message, kind: String, _ requestID: String) {
        logger.warning(message, metadata: ["event": "dependency", "request_id": "\(requestID)", "error_kind": "\(kind)"])
    }

    private func fail(_ message: Logger.Message, _ error: any Error, _ requestID: String) {
        logger.error(
            message,
            metadata: [
                "event": "request_failed", "request_id": "\(requestID)", "error_kind": "\(type(of: error))", "cause": "\(error)",
                "stack": .array(Thread.callStackSymbols.map { .string($0) }),
            ]
        )
    }
}
