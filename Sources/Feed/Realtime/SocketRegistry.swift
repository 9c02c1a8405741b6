import Algorithms
package import GameRules
import Platform
import Redis

/// The open sockets of each user over all nodes, in zsets `ws:conn:{user}` (spec 04 §7.1): a member for each socket with the instant it was
/// last seen alive.
struct SocketRegistry: Sendable {
    /// Open sockets one user may have.
    static let maximumPerUser = 5
    /// A node that has not renewed its sockets for this long has crashed, milliseconds.
    static let staleMilliseconds: Int64 = 90_000
    private static let usersAtOnce = 1000

    let redis: RedisClient
    let clock: Clock
    /// This process, unlike any other and any earlier one.
    let node: String

    /// KEYS: a user's sockets. ARGV: now, the instant before which sockets are stale, the new socket.
    private static let claiming = RedisScript(
        """
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
        if redis.call('ZCARD', KEYS[1]) >= \(maximumPerUser) then return 0 end
        redis.call('ZADD', KEYS[1], ARGV[1], ARGV[3])
        redis.call('PEXPIRE', KEYS[1], \(staleMilliseconds))
        return 1
        """
    )

    /// Takes one of a user's places.
    /// - Returns: false if all are taken; true also while Redis cannot say.
    func claim(_ seat: SocketSeat) async -> Bool {
        let now = clock.now().millisecondsSinceUnixEpoch
        let stale = now - Self.staleMilliseconds
        let arguments: [RedisArgument] = [.string(String(now)), .string(String(stale)), .string(member(seat.number))]
        let answer = try? await redis.evaluate(Self.claiming, keys: [Self.key(seat.user)], arguments: arguments)
        return answer?.int != 0
    }

    /// Gives places back.
    func release(_ seats: [SocketSeat]) async {
        guard !seats.isEmpty else { return }
        _ = try? await redis.pipeline(seats.map { RedisCommand("ZREM", Self.key($0.user), member($0.number)) })
    }

    /// Says that sockets are still open: one command for each user, many users in one write.
    func refresh(_ seats: [SocketSeat]) async {
        let now = String(clock.now().millisecondsSinceUnixEpoch)
        let users = Array(Dictionary(grouping: seats, by: \.user))
        for some in users.chunks(ofCount: Self.usersAtOnce) {
            let commands = some.flatMap { user, seats in
                [
                    RedisCommand(
                        "ZADD",
                        arguments: [.string(Self.key(user))] + seats.flatMap { [.string(now), .string(member($0.number))] }
                    ),
                    RedisCommand("PEXPIRE", Self.key(user), Int(Self.staleMilliseconds)),
                ]
            }
            _ = try? await redis.pipeline(commands)
        }
    }

    private func member(_ number: UInt64) -> String { "\(node):\(number)" }

    private static func key(_ user: UserID) -> String { "ws:conn:\(user)" }
}

/// A place for one socket of a user on this node; to be given back.
package struct SocketSeat: Sendable, Hashable {
    package let user: UserID
    let number: UInt64
}
