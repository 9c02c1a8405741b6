import Foundation
import GameRules
import Redis

/// A datagram that is no event, kept for operators in `mining:socket:dead` (spec 03a §6.4).
enum SocketDeadLetter {
    static let stream = "mining:socket:dead"
    /// Bytes of a datagram kept.
    private static let rawLimit = 8192

    static func command(_ rejection: EventRejection, _ datagram: UnsafeRawBufferPointer, at now: Instant) -> RedisCommand {
        let bytes = Array(datagram.prefix(rawLimit))
        let raw = String(validating: bytes, as: UTF8.self) ?? Data(bytes).base64EncodedString()
        return RedisCommand(
            "XADD",
            stream,
            "MAXLEN",
            "~",
            DeadLetters.cap,
            "*",
            "reason",
            rejection.reason,
            "detail",
            rejection.detail,
            "raw",
            raw,
            "at",
            now.rfc3339
        )
    }
}
