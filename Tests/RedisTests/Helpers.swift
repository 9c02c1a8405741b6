import Logging
import NIOCore
import NIOPosix
import Redis

let quiet = Logger(label: "redis.tests") { _ in SwiftLogNoOpLogHandler() }

/// Two event loops shared by all tests.
let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)

/// Runs the body with a connected client and closes it.
func withClient<Result>(
    _ configuration: RedisConfiguration,
    _ body: (RedisClient) async throws -> Result
) async throws -> Result {
    let client = RedisClient(configuration: configuration, eventLoopGroup: loops, logger: quiet)
    do {
        try await client.connect()
        let result = try await body(client)
        await client.close()
        return result
    } catch {
        await client.close()
        throw error
    }
}

/// Runs the body with a server and a connected client.
func withServer<Result>(_ body: (RedisClient) async throws -> Result) async throws -> Result {
    let server = try ServerProcess()
    return try await withClient(server.configuration()) { client in
        let result = try await body(client)
        withExtendedLifetime(server) {}
        return result
    }
}

/// Waits for a connection however many attempts it takes.
func reconnect(_ connect: () async throws -> Void) async throws {
    while true {
        do {
            return try await connect()
        } catch let error as RedisError where [.unavailable, .timeout].contains(error) {
            continue
        }
    }
}

/// The error an operation throws, if any.
func redisError(_ body: () async throws -> Void) async -> RedisError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? RedisError
    }
}

/// A reproducible source of chance (SplitMix64).
struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
