import GameRules
import NIOCore
import Platform
import Redis

/// Open challenges in Redis (spec 02 §13). Everything throws `RedisError`: without Redis nobody signs in by signature.
struct ChallengeStore: Sendable {
    /// Refused signatures that end a challenge.
    private static let failureLimit = 3
    /// Redis keeps a record a little beyond its own deadline, which is the one that counts.
    private static let marginMilliseconds = 60_000

    private let redis: RedisClient

    init(redis: RedisClient) {
        self.redis = redis
    }

    /// - Returns: false when the nonce is taken.
    func insert(_ challenge: Challenge, lifetimeSeconds: Int) async throws -> Bool {
        let life = lifetimeSeconds * 1000 + Self.marginMilliseconds
        let command = RedisCommand("SET", Self.key(challenge.nonce), ChallengeRecord(challenge).text, "NX", "PX", life)
        return try await !redis.send(command).isNull
    }

    /// - Returns: nil for a nonce that is unknown, used or malformed.
    func record(of nonce: String) async throws -> ChallengeRecord? {
        guard Self.isNonce(nonce) else { return nil }
        return try await redis.send(RedisCommand("GET", Self.key(nonce))).buffer.flatMap { ChallengeRecord($0) }
    }

    /// - Returns: whether this call removed it; of several at once, one does.
    func delete(_ nonce: String) async throws -> Bool {
        try await redis.send(RedisCommand("DEL", Self.key(nonce))).int == 1
    }

    /// Counts a refused signature; the third ends the challenge.
    func noteRefusal(of nonce: String, lifetimeSeconds: Int) async throws {
        try await redis.evaluate(
            Self.refusal,
            keys: [Self.key(nonce), "auth:noncefail:\(nonce)"],
            arguments: [.integer(Self.failureLimit), .integer(lifetimeSeconds * 1000 + Self.marginMilliseconds)]
        )
    }

    private static func key(_ nonce: String) -> String { "auth:nonce:\(nonce)" }

    /// Only what the service itself would issue becomes part of a key.
    private static func isNonce(_ text: String) -> Bool {
        text.utf8.count == 32
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    private static let refusal = RedisScript(
        """
        local failures = redis.call('INCR', KEYS[2])
        if failures == 1 then redis.call('PEXPIRE', KEYS[2], ARGV[2]) end
        if failures >= tonumber(ARGV[1]) then redis.call('DEL', KEYS[1]) end
        return failures
        """
    )
}
