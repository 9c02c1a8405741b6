public import NIOCore

extension RedisCommand {
    /// XADD, to be sent alone or among others in a pipeline. The id is the server's when nil.
    public static func xadd(
        _ stream: String,
        id: StreamID? = nil,
        trim: StreamTrim? = nil,
        fields: [(name: StaticString, value: RedisArgument)]
    ) -> RedisCommand {
        var arguments: [RedisArgument] = [.string(stream)]
        arguments.reserveCapacity(2 + 2 * fields.count + (trim == nil ? 0 : 3))
        if let trim { arguments += trim.arguments }
        arguments.append(id?.redisArgument ?? "*")
        for field in fields {
            arguments.append(.string(field.name.description))
            arguments.append(field.value)
        }
        return RedisCommand("XADD", arguments: arguments)
    }

    /// XACK, to be sent alone or among others in a pipeline.
    public static func xack(_ stream: String, group: String, ids: some Collection<StreamID>) -> RedisCommand {
        RedisCommand("XACK", arguments: [.string(stream), .string(group)] + ids.map(\.redisArgument))
    }
}

/// Reading and writing streams. Every function also throws what ``RedisCommands`` says.
extension RedisCommands {
    /// Appends an entry; returns its id.
    @discardableResult
    public func xadd(
        _ stream: String,
        id: StreamID? = nil,
        trim: StreamTrim? = nil,
        fields: [(name: StaticString, value: RedisArgument)]
    ) async throws -> StreamID {
        try await decode(.xadd(stream, id: id, trim: trim, fields: fields)) { reader throws(RESPDecodingError) in try reader.streamID() }
    }

    /// Number of entries; 0 when there is no such stream.
    public func xlen(_ stream: String) async throws -> Int {
        try await decode(RedisCommand("XLEN", stream)) { reader throws(RESPDecodingError) in try reader.integer() }
    }

    /// Entries with ids of the closed range, oldest first.
    public func xrange(
        _ stream: String,
        from: StreamID = .zero,
        through: StreamID = .max,
        count: Int? = nil
    ) async throws -> [StreamEntry] {
        var command = RedisCommand("XRANGE", stream, from, through)
        if let count { command.arguments += ["COUNT", .integer(count)] }
        return try await decode(command) { reader throws(RESPDecodingError) in try reader.streamEntries() }
    }

    /// Entries with ids of the closed range, newest first.
    public func xrevrange(
        _ stream: String,
        from: StreamID = .max,
        downTo: StreamID = .zero,
        count: Int? = nil
    ) async throws -> [StreamEntry] {
        var command = RedisCommand("XREVRANGE", stream, from, downTo)
        if let count { command.arguments += ["COUNT", .integer(count)] }
        return try await decode(command) { reader throws(RESPDecodingError) in try reader.streamEntries() }
    }

    /// Cuts the old end; returns the number of entries dropped.
    @discardableResult
    public func xtrim(_ stream: String, _ trim: StreamTrim) async throws -> Int {
        let command = RedisCommand("XTRIM", arguments: [.string(stream)] + trim.arguments)
        return try await decode(command) { reader throws(RESPDecodingError) in try reader.integer() }
    }

    /// Deletes entries; returns how many there were.
    @discardableResult
    public func xdel(_ stream: String, ids: [StreamID]) async throws -> Int {
        guard !ids.isEmpty else { return 0 }
        let command = RedisCommand("XDEL", arguments: [.string(stream)] + ids.map(\.redisArgument))
        return try await decode(command) { reader throws(RESPDecodingError) in try reader.integer() }
    }
}

/// Where XREADGROUP starts to read.
public enum StreamReadPosition: Sendable, Equatable {
    /// Entries never delivered to any consumer of the group.
    case new
    /// This consumer's own pending entries behind an id, again.
    case pending(after: StreamID)

    var argument: RedisArgument {
        switch self {
        case .new: ">"
        case .pending(let id): id.redisArgument
        }
    }
}

/// Consumer groups. Every function also throws what ``RedisCommands`` says.
extension RedisCommands {
    /// Creates a group that starts behind the id, and the stream when there is none; false when the group exists already.
    @discardableResult
    public func xgroupCreate(_ stream: String, group: String, from: StreamID = .zero) async throws -> Bool {
        do {
            try await send(RedisCommand("XGROUP", "CREATE", stream, group, from, "MKSTREAM"))
            return true
        } catch RedisError.server(let error) where error.isBusyGroup {
            return false
        }
    }

    /// Removes a consumer with its pending entries; returns how many those were.
    @discardableResult
    public func xgroupDeleteConsumer(_ stream: String, group: String, consumer: String) async throws -> Int {
        let command = RedisCommand("XGROUP", "DELCONSUMER", stream, group, consumer)
        return try await decode(command) { reader throws(RESPDecodingError) in try reader.integer() }
    }

    /// Reads entries of one or more streams for a consumer.
    ///
    /// With `block` the server holds the answer back until there is something to read, which stops everything else on the connection:
    /// use a dedicated one. The command's time is then the time to block plus ``RedisCommands/commandTimeout``.
    /// Returns an empty list when there was nothing to read. A missing group throws a server error with `isNoGroup`.
    public func xreadgroup(
        group: String,
        consumer: String,
        streams: [String],
        position: StreamReadPosition = .new,
        count: Int,
        block: TimeAmount? = nil
    ) async throws -> [StreamBatch] {
        var arguments: [RedisArgument] = ["GROUP", .string(group), .string(consumer), "COUNT", .integer(count)]
        if let block { arguments += ["BLOCK", .integer(max(1, Int(block.nanoseconds / 1_000_000)))] }
        arguments.append("STREAMS")
        arguments += streams.map { .string($0) }
        arguments += streams.map { _ in position.argument }
        let command = RedisCommand("XREADGROUP", arguments: arguments)
        return try await decode(command, timeout: block.map { $0 + commandTimeout }) { reader throws(RESPDecodingError) in
            try reader.streamBatches()
        }
    }

    /// Acknowledges entries; returns how many were pending.
    @discardableResult
    public func xack(_ stream: String, group: String, ids: some Collection<StreamID>) async throws -> Int {
        guard !ids.isEmpty else { return 0 }
        return try await decode(.xack(stream, group: group, ids: ids)) { reader throws(RESPDecodingError) in try reader.integer() }
    }

    /// Takes over certain pending entries; each counts as delivered once more. Entries that are no longer in the stream are missing from
    /// the answer, and Redis drops them from the list of pending entries.
    public func xclaim(
        _ stream: String,
        group: String,
        consumer: String,
        minimumIdle: TimeAmount = .zero,
        ids: [StreamID]
    ) async throws -> [StreamEntry] {
        guard !ids.isEmpty else { return [] }
        let idle = Int(minimumIdle.nanoseconds / 1_000_000)
        let command = RedisCommand(
            "XCLAIM",
            arguments: [.string(stream), .string(group), .string(consumer), .integer(idle)] + ids.map(\.redisArgument)
        )
        return try await decode(command) { reader throws(RESPDecodingError) in try reader.streamEntries() }
    }

    /// Takes over entries pending for longer than `minimumIdle`; call again with the returned cursor until it is zero.
    public func xautoclaim(
        _ stream: String,
        group: String,
        consumer: String,
        minimumIdle: TimeAmount,
        from cursor: StreamID = .zero,
        count: Int
    ) async throws -> StreamClaim {
        let idle = Int(minimumIdle.nanoseconds / 1_000_000)
        let command = RedisCommand("XAUTOCLAIM", stream, group, consumer, idle, cursor, "COUNT", count)
        return try await decode(command) { reader throws(RESPDecodingError) in
            let parts = try reader.elements() ?? 0
            guard parts >= 2 else { throw RESPDecodingError() }
            let cursor = try reader.streamID()
            let entries = try reader.streamEntries()
            var deleted: [StreamID] = []
            if parts >= 3 {
                for _ in 0..<(try reader.elements() ?? 0) { deleted.append(try reader.streamID()) }
            }
            return StreamClaim(cursor: cursor, entries: entries, deleted: deleted)
        }
    }
}
