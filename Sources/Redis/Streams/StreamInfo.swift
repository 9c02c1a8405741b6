public import NIOCore

/// What XINFO STREAM tells about a stream.
public struct StreamInfo: Sendable, Equatable {
    /// Number of entries.
    public let length: Int
    /// Number of consumer groups.
    public let groups: Int
    /// Id of the entry added last, even if it has been deleted.
    public let lastGeneratedID: StreamID
    /// Number of entries ever added.
    public let entriesAdded: Int?
    /// Id of the oldest entry; nil when the stream is empty.
    public let firstID: StreamID?
}

/// What XINFO GROUPS tells about a consumer group.
public struct StreamGroupInfo: Sendable, Equatable {
    /// The group's name.
    public let name: String
    /// Number of consumers it has seen.
    public let consumers: Int
    /// Entries delivered and not acknowledged.
    public let pending: Int
    /// Id of the entry delivered last.
    public let lastDeliveredID: StreamID
    /// Entries not yet delivered; nil when the server cannot tell, as after deletions in the middle.
    public let lag: Int?
}

/// What XINFO CONSUMERS tells about a consumer.
public struct StreamConsumerInfo: Sendable, Equatable {
    /// The consumer's name.
    public let name: String
    /// Entries delivered to it and not acknowledged.
    public let pending: Int
    /// Time since it last tried to read, claim or acknowledge.
    public let idle: TimeAmount
}

extension RedisCommands {
    /// Facts about a stream; a missing stream is a server error.
    public func xinfoStream(_ stream: String) async throws -> StreamInfo {
        let info = try await send(RedisCommand("XINFO", "STREAM", stream))
        guard let length = info["length"]?.int, let groups = info["groups"]?.int, let last = info["last-generated-id"]?.streamID else {
            throw RedisError.unexpectedReply(command: "XINFO")
        }
        return StreamInfo(
            length: length,
            groups: groups,
            lastGeneratedID: last,
            entriesAdded: info["entries-added"]?.int,
            firstID: info["first-entry"]?.array?.first?.streamID
        )
    }

    /// The stream's consumer groups.
    public func xinfoGroups(_ stream: String) async throws -> [StreamGroupInfo] {
        let groups = try await send(RedisCommand("XINFO", "GROUPS", stream)).array ?? []
        return try groups.map { group in
            guard let name = group["name"]?.string, let consumers = group["consumers"]?.int, let pending = group["pending"]?.int,
                let last = group["last-delivered-id"]?.streamID
            else { throw RedisError.unexpectedReply(command: "XINFO") }
            return StreamGroupInfo(
                name: name,
                consumers: consumers,
                pending: pending,
                lastDeliveredID: last,
                lag: group["lag"]?.int
            )
        }
    }

    /// A group's consumers.
    public func xinfoConsumers(_ stream: String, group: String) async throws -> [StreamConsumerInfo] {
        let consumers = try await send(RedisCommand("XINFO", "CONSUMERS", stream, group)).array ?? []
        return try consumers.map { consumer in
            guard let name = consumer["name"]?.string, let pending = consumer["pending"]?.int, let idle = consumer["idle"]?.int else {
                throw RedisError.unexpectedReply(command: "XINFO")
            }
            return StreamConsumerInfo(name: name, pending: pending, idle: .milliseconds(Int64(idle)))
        }
    }
}

extension RESPValue {
    /// A string holding a stream id.
    public var streamID: StreamID? { string.flatMap { StreamID($0) } }
}
