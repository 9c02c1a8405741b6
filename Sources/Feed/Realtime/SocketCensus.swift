import Algorithms
import GameRules
import Platform
import Redis

/// How many sockets there are, over all nodes: each node writes its figures down now and then, and a reader adds them up
/// (spec 04 §1 E1).
struct SocketCensus: Sendable {
    /// A node that has not written for this long is gone, seconds.
    private static let lifeSeconds = 90
    private static let nodesKey = "ws:nodes"

    let redis: RedisClient
    let clock: Clock
    let node: String

    /// The figures of one node.
    struct Figures: Sendable, Equatable {
        var connections = 0
        var subscribers: [RealtimeChannel: Int] = [:]

        mutating func add(_ other: Figures) {
            connections += other.connections
            subscribers.merge(other.subscribers, uniquingKeysWith: +)
        }
    }

    /// Writes this node's figures down.
    func write(_ figures: Figures, users: Set<UserID>) async {
        let now = clock.now().secondsSinceUnixEpoch
        var values: [RedisArgument] = ["connections", .integer(figures.connections)]
        for channel in RealtimeChannel.allCases {
            values += [.string(channel.rawValue), .integer(figures.subscribers[channel, default: 0])]
        }
        var commands = [
            RedisCommand("ZREMRANGEBYSCORE", Self.nodesKey, "-inf", String(now - Int64(Self.lifeSeconds))),
            RedisCommand("ZADD", Self.nodesKey, String(now), node),
            RedisCommand("HSET", arguments: [.string(figuresKey)] + values), RedisCommand("EXPIRE", figuresKey, Self.lifeSeconds),
            RedisCommand("DEL", usersKey),
        ]
        // A sketch of distinct users: nodes' sketches can be united.
        let members = users.map { RedisArgument.string($0.description) }
        for some in members.chunks(ofCount: 1000) { commands.append(RedisCommand("PFADD", arguments: [.string(usersKey)] + some)) }
        commands.append(RedisCommand("EXPIRE", usersKey, Self.lifeSeconds))
        _ = try? await redis.pipeline(commands)
    }

    /// The sums over all nodes.
    func read() async throws -> SocketStatistics {
        let oldest = clock.now().secondsSinceUnixEpoch - Int64(Self.lifeSeconds)
        let answer = try await redis.send(RedisCommand("ZRANGEBYSCORE", Self.nodesKey, String(oldest), "+inf"))
        let nodes = (answer.array ?? []).compactMap(\.string)
        guard !nodes.isEmpty else { return SocketStatistics(total: Figures(), uniqueUsers: 0) }
        let count = RedisCommand("PFCOUNT", arguments: nodes.map { .string(Self.key("users", $0)) })
        let answers = try await redis.pipeline(nodes.map { RedisCommand("HGETALL", Self.key("figures", $0)) } + [count])
        var total = Figures()
        for answer in answers.dropLast() {
            var figures = Figures()
            for pair in try answer.get().map ?? [] {
                if pair.key.string == "connections" { figures.connections = pair.value.int ?? 0 }
                if let channel = pair.key.string.flatMap(RealtimeChannel.init(rawValue:)) { figures.subscribers[channel] = pair.value.int }
            }
            total.add(figures)
        }
        return SocketStatistics(total: total, uniqueUsers: try answers.last?.get().int ?? 0)
    }

    private var figuresKey: String { Self.key("figures", node) }
    private var usersKey: String { Self.key("users", node) }
    private static func key(_ kind: String, _ node: String) -> String { "ws:\(kind):\(node)" }
}
