public import NIOCore

/// A group's pending entries in short.
public struct StreamPendingSummary: Sendable, Equatable {
    /// Number of entries delivered and not acknowledged.
    public let count: Int
    /// The oldest of them.
    public let smallest: StreamID?
    /// The newest of them.
    public let greatest: StreamID?
    /// Their number for each consumer that has any.
    public let consumers: [String: Int]
}

/// One entry delivered and not acknowledged.
public struct StreamPendingEntry: Sendable, Equatable {
    /// Its id.
    public let id: StreamID
    /// The consumer it was delivered to last.
    public let consumer: String
    /// Time since that delivery.
    public let idle: TimeAmount
    /// How often it has been delivered.
    public let deliveries: Int
}

extension RedisCommands {
    /// XPENDING in its short form.
    public func xpending(_ stream: String, group: String) async throws -> StreamPendingSummary {
        try await decode(RedisCommand("XPENDING", stream, group)) { reader throws(RESPDecodingError) in
            guard try reader.elements() == 4 else { throw RESPDecodingError() }
            let count = try reader.integer()
            guard count > 0 else { return StreamPendingSummary(count: 0, smallest: nil, greatest: nil, consumers: [:]) }
            let smallest = try reader.streamID()
            let greatest = try reader.streamID()
            var consumers: [String: Int] = [:]
            for _ in 0..<(try reader.elements() ?? 0) {
                guard try reader.elements() == 2 else { throw RESPDecodingError() }
                let name = try reader.string()
                guard let count = Int(try reader.string()) else { throw RESPDecodingError() }
                consumers[name] = count
            }
            return StreamPendingSummary(count: count, smallest: smallest, greatest: greatest, consumers: consumers)
        }
    }

    /// Pending entries with ids of the closed range, oldest first; of all consumers or of one.
    public func xpending(
        _ stream: String,
        group: String,
        from: StreamID = .zero,
        through: StreamID = .max,
        count: Int,
        consumer: String? = nil,
        minimumIdle: TimeAmount? = nil
    ) async throws -> [StreamPendingEntry] {
        var arguments: [RedisArgument] = [.string(stream), .string(group)]
        if let minimumIdle { arguments += ["IDLE", .integer(Int(minimumIdle.nanoseconds / 1_000_000))] }
        arguments += [from.redisArgument, through.redisArgument, .integer(count)]
        if let consumer { arguments.append(.string(consumer)) }
        return try await decode(RedisCommand("XPENDING", arguments: arguments)) { reader throws(RESPDecodingError) in
            var entries: [StreamPendingEntry] = []
            for _ in 0..<(try reader.elements() ?? 0) {
                guard try reader.elements() == 4 else { throw RESPDecodingError() }
                entries.append(
                    StreamPendingEntry(
                        id: try reader.streamID(),
                        consumer: try reader.string(),
                        idle: .milliseconds(Int64(try reader.integer())),
                        deliveries: try reader.integer()
                    )
                )
            }
            return entries
        }
    }
}
