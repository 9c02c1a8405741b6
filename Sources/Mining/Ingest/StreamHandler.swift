package import Redis

/// What acts on the entries of a stream. The consumer around it reads, retries, acknowledges and dead-letters.
package protocol StreamHandler: Sendable {
    /// Stores a batch. Everything it does must be a no-op the second time.
    /// - Returns: entries that can never be stored, with the reason.
    /// - Throws: when nothing of the batch was stored; the batch is tried again.
    func store(_ entries: [StreamEntry], of stream: String) async throws -> [DeadEntry]
}

/// An entry that can never be processed, on its way to `<stream>:dead`.
package struct DeadEntry: Sendable {
    package let entry: StreamEntry
    /// Stable code, such as `bad_address`.
    package let reason: String
    /// For the operator; never holds payload text.
    package let detail: String
    /// How often the entry had been delivered; 1 where that was not asked.
    package let deliveries: Int

    package init(entry: StreamEntry, reason: String, detail: String = "", deliveries: Int = 1) {
        self.entry = entry
        self.reason = reason
        self.detail = detail
        self.deliveries = deliveries
    }

    /// An entry that failed for an unknown cause once too often.
    static func unprocessable(_ entry: StreamEntry, deliveries: Int, detail: String) -> DeadEntry {
        DeadEntry(entry: entry, reason: "unprocessable", detail: detail, deliveries: deliveries)
    }
}
