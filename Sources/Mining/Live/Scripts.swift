import NIOCore
import Redis

/// Runs many calls of one script in few round trips.
enum Scripts {
    /// Calls on the way at once: nobody else's command waits behind more of them.
    private static let atOnce = 200
    /// No caller waits for what follows a commit, so a Redis that is busy is given its time.
    private static let patience = TimeAmount.seconds(5)

    /// Runs a script many times, in order.
    static func run(_ calls: [RedisCommand], of script: RedisScript, on redis: RedisClient) async throws -> [RESPValue] {
        var values: [RESPValue] = []
        values.reserveCapacity(calls.count)
        for start in stride(from: 0, to: calls.count, by: atOnce) {
            values += try await runTogether(Array(calls[start..<min(start + atOnce, calls.count)]), of: script, on: redis)
        }
        return values
    }

    private static func runTogether(_ calls: [RedisCommand], of script: RedisScript, on redis: RedisClient) async throws -> [RESPValue] {
        let replies = try await redis.pipeline(calls, timeout: patience)
        if replies.contains(where: { if case .failure(.server(let error)) = $0 { error.isNoScript } else { false } }) {
            // A server that has not seen the script has run none of the calls.
            try await redis.send(RedisCommand("SCRIPT", "LOAD", script.source))
            return try await redis.pipeline(calls, timeout: patience).map { try $0.get() }
        }
        return try replies.map { try $0.get() }
    }
}
