import Algorithms
import NIOCore
import Redis

/// Runs many calls of one script in few round trips.
enum Scripts {
    /// Calls on the way at once: nobody else's command waits behind more of them.
    private static let atOnce = 200
    /// No caller waits for what follows a commit, so a Redis that is busy is given its time.
    private static let patience = TimeAmount.seconds(5)

    /// Runs a script many times, in order; only for a server that has just lost its scripts some calls may come behind later ones.
    /// - Returns: the answers in the order of the calls.
    static func run(_ calls: [RedisCommand], of script: RedisScript, on redis: RedisClient) async throws -> [RESPValue] {
        var values: [RESPValue] = []
        values.reserveCapacity(calls.count)
        for some in calls.chunks(ofCount: atOnce) { values += try await runTogether(Array(some), of: script, on: redis) }
        return values
    }

    private static func runTogether(_ calls: [RedisCommand], of script: RedisScript, on redis: RedisClient) async throws -> [RESPValue] {
        var replies = try await redis.pipeline(calls, timeout: patience)
        // Somebody else may have loaded the script while these ran: then the first were refused and the rest have had their effect.
        let refused = replies.indices.filter { if case .failure(.server(let error)) = replies[$0] { error.isNoScript } else { false } }
        if !refused.isEmpty {
            let load = RedisCommand("SCRIPT", "LOAD", script.source)
            let again = try await redis.pipeline([load] + refused.map { calls[$0] }, timeout: patience).dropFirst()
            for (index, reply) in zip(refused, again) { replies[index] = reply }
        }
        return try replies.map { try $0.get() }
    }
}
