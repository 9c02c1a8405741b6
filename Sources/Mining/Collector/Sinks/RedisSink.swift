import Redis

/// Redis Streams (spec 03a §4.3, §4.4). Found blocks are also published at once.
struct RedisSink: EventSink {
    /// Channel of found blocks, in canonical form.
    static let blockChannel = "blocks:found"

    let name = "redis"
    let batchLimit = 500
    /// Redis writes its log once for all that came together. Blocks and sessions go at once (``SinkQueue/next(limit:patience:)``).
    let patience = Duration.milliseconds(5)
    let redis: RedisClient

    func write(_ records: [EventRecord]) async -> SinkOutcome {
        var outcome = SinkOutcome()
        do {
            let replies = try await redis.pipeline(records.map { $0.command(appendingTo: $0.stream) })
            for (record, reply) in zip(records, replies) {
                guard case .failure(let error) = reply else { continue }
                outcome.rest.append(record)
                outcome.error = "\(error)"
            }
        } catch {
            return SinkOutcome(rest: records, error: "\(error)")
        }
        let missing = Set(outcome.rest.map(\.envelope.id))
        for block in records where block.kind == .blockFound && !missing.contains(block.envelope.id) {
            _ = try? await redis.publish(.buffer(block.json), to: Self.blockChannel)
        }
        return outcome
    }
}

extension EventRecord {
    /// The stream the event belongs to.
    var stream: String { kind?.stream ?? EventKind.unknownStream }
}
