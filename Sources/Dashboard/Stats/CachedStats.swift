import GameRules
import NIOCore

/// Encoded figures as they lie in Redis: when they were made and when all of them were last known, 8 bytes each, then the body.
struct CachedStats: Sendable, Equatable {
    /// How long a body answers, microseconds.
    private static let life: Int64 = 10_000_000
    /// How long figures stand in for those that cannot be read, microseconds.
    private static let memory: Int64 = 600_000_000
    private static let headerBytes = 16

    let madeAt: Instant
    /// When the figures, or the oldest of those that stand in for others, were read; the epoch when some never were.
    let completeAt: Instant
    let body: ByteBuffer

    /// Some figures are older than the rest, or defaults.
    var isStale: Bool { completeAt != madeAt }

    /// Whether the body answers: judged by the service's clock, whichever node it was made on.
    func isFresh(at now: Instant) -> Bool { abs(now.microseconds(since: madeAt)) < Self.life }

    /// Whether its figures may stand in for others.
    func isUsable(at now: Instant) -> Bool { now.microseconds(since: completeAt) <= Self.memory }

    init(madeAt: Instant, completeAt: Instant, body: ByteBuffer) {
        self.madeAt = madeAt
        self.completeAt = completeAt
        self.body = body
    }

    init?(encoded: ByteBuffer) {
        var bytes = encoded
        guard let made = bytes.readInteger(as: Int64.self), let complete = bytes.readInteger(as: Int64.self), bytes.readableBytes > 0
        else { return nil }
        self.init(
            madeAt: Instant(microsecondsSinceUnixEpoch: made),
            completeAt: Instant(microsecondsSinceUnixEpoch: complete),
            body: bytes
        )
    }

    var encoded: ByteBuffer {
        var bytes = ByteBufferAllocator().buffer(capacity: Self.headerBytes + body.readableBytes)
        bytes.writeInteger(madeAt.microsecondsSinceUnixEpoch)
        bytes.writeInteger(completeAt.microsecondsSinceUnixEpoch)
        bytes.writeImmutableBuffer(body)
        return bytes
    }

    /// Milliseconds Redis keeps it: as long as it may stand in.
    static var redisLife: Int { Int(memory / 1000) }
}
