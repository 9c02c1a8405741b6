/// One entry of a stream.
public struct StreamEntry: Sendable, Equatable {
    /// Its id.
    public let id: StreamID
    /// Its fields; empty when ``isDeleted``.
    public let fields: StreamFields
    /// The entry is pending for a consumer but has been deleted or trimmed from the stream.
    public let isDeleted: Bool
}

/// The entries one read returned for one stream.
public struct StreamBatch: Sendable, Equatable {
    /// The stream's key.
    public let stream: String
    /// Entries in the order of their ids.
    public let entries: [StreamEntry]
}

/// What XAUTOCLAIM returns.
public struct StreamClaim: Sendable, Equatable {
    /// Where the next call starts; ``StreamID/zero`` when the whole list of pending entries has been seen.
    public let cursor: StreamID
    /// Entries that now belong to the caller.
    public let entries: [StreamEntry]
    /// Ids that were pending but are no longer in the stream; Redis has dropped them from the list of pending entries.
    public let deleted: [StreamID]
}

extension RESPReader {
    /// A stream id.
    mutating func streamID() throws(RESPDecodingError) -> StreamID {
        guard let id = StreamID(bytes: content(of: try stringToken())) else { throw RESPDecodingError() }
        return id
    }

    /// An entry `[id, [name, value, …]]`, with null in place of the fields when it was deleted; nil for a null entry.
    mutating func streamEntry() throws(RESPDecodingError) -> StreamEntry? {
        guard let parts = try elements() else { return nil }
        guard parts == 2 else { throw RESPDecodingError() }
        let id = try streamID()
        let strings = try elements()
        let start = position
        for _ in 0..<(strings ?? 0) { _ = try stringToken() }
        guard let count = strings else {
            return StreamEntry(id: id, fields: StreamFields(bytes: try slice(start, start), count: 0), isDeleted: true)
        }
        guard count.isMultiple(of: 2) else { throw RESPDecodingError() }
        return StreamEntry(id: id, fields: StreamFields(bytes: try slice(start, position), count: count / 2), isDeleted: false)
    }

    /// An array of entries; null entries, which old servers put in place of deleted ones, are left out.
    mutating func streamEntries() throws(RESPDecodingError) -> [StreamEntry] {
        let count = try elements() ?? 0
        var entries: [StreamEntry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            if let entry = try streamEntry() { entries.append(entry) }
        }
        return entries
    }

    /// A map from stream to entries; null, the answer of a blocking read in vain, is an empty list.
    mutating func streamBatches() throws(RESPDecodingError) -> [StreamBatch] {
        let token = try token()
        if token.type == .null { return [] }
        guard token.type == .map else { throw RESPDecodingError() }
        var batches: [StreamBatch] = []
        for _ in 0..<token.value / 2 { batches.append(StreamBatch(stream: try string(), entries: try streamEntries())) }
        return batches
    }
}
