package import Bitcoin
import Dispatch
import Foundation
package import Logging
import Metrics
package import Platform
package import Redis
import ServiceLifecycle
import Synchronization

/// The pool's events, from its socket into Redis Streams (spec 03a §4). It never makes the pool wait.
package final class Collector: Service {
    private let path: String
    private let redis: RedisClient
    private let clock: Clock
    private let logger: Logger
    private let parser: DatagramParser
    private let filter = Mutex(NearDuplicateFilter())
    private let critical: StreamSink
    private let bulk: StreamSink
    private let counts = CollectorCounts()

    package init(path: String, redis: RedisClient, network: BitcoinNetwork, clock: Clock, random: RandomSource, logger: Logger) {
        self.path = path
        self.redis = redis
        self.clock = clock
        self.logger = logger
        parser = DatagramParser(network: network, random: random)
        critical = StreamSink(redis: redis, capacity: 10_000, logger: logger)
        bulk = StreamSink(redis: redis, capacity: 200_000, logger: logger)
    }

    /// Collects until shutdown; then reads what is queued, sends it within ten seconds, and removes the socket.
    /// - Throws: ``CollectorError`` when the path cannot be listened at.
    package func run() async throws {
        let first = try DatagramSocket(path: path)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.critical.run() }
            group.addTask { await self.bulk.run() }
            await cancelWhenGracefulShutdown {
                var socket = first
                var reader = self.listen(on: socket)
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(5))
                    guard !Task.isCancelled, !socket.isInPlace else { continue }
                    // The file was removed or replaced: bind again, so that events resume without a restart of the pool.
                    reader.cancel()
                    if let fresh = self.rebind(&socket) { reader = fresh }
                }
                reader.cancel()
                socket.drain { self.receive($0, isTruncated: $1) }
                socket.unlinkFile()
            }
            critical.end()
            bulk.end()
            // Two of three end it: both sinks are empty, or one is and patience is over.
            group.addTask { try? await Task.sleep(for: .seconds(10)) }
            await group.next()
            await group.next()
            group.cancelAll()
        }
    }

    private func listen(on socket: DatagramSocket) -> any DispatchSourceRead {
        let reader = socket.makeReader { self.receive($0, isTruncated: $1) }
        reader.activate()
        logger.info("listening", metadata: ["event": "collector_listening"])
        return reader
    }

    private func rebind(_ socket: inout DatagramSocket) -> (any DispatchSourceRead)? {
        do {
            socket = try DatagramSocket(replacing: socket)
            return listen(on: socket)
        } catch {
            logger.error("socket lost", metadata: ["event": "collector_rebind", "error_kind": "\(error)"])
            return nil
        }
    }

    private func receive(_ datagram: UnsafeRawBufferPointer, isTruncated: Bool) {
        let now = clock.now()
        do throws(EventRejection) {
            if isTruncated { throw .truncated(byteCount: datagram.count) }
            let event = try parser.parse(datagram, receivedAt: now)
            if filter.withLock({ $0.isDuplicate(event) }) { return counts.duplicate() }
            guard let stream = EventRoute(event, logsShares: false).stream else { return counts.unrouted() }
            let record = EventRecord(event)
            let taken = (record.isCritical ? critical : bulk).append(record.command(appendingTo: stream))
            if taken { counts.taken() } else { counts.dropped() }
        } catch {
            counts.refused(error.reason)
            _ = critical.append(SocketDeadLetter.command(error, datagram, at: now))
        }
    }
}

/// What the collector reports.
struct CollectorCounts: Sendable {
    private static let name = "tbg_collector_events_total"
    private let takenEvents = Counter(label: name, dimensions: [("result", "taken")])
    private let duplicates = Counter(label: name, dimensions: [("result", "duplicate")])
    private let others = Counter(label: name, dimensions: [("result", "unrouted")])
    private let drops = Counter(label: name, dimensions: [("result", "dropped")])

    func taken() { takenEvents.increment() }
    func duplicate() { duplicates.increment() }
    func unrouted() { others.increment() }
    func dropped() { drops.increment() }
    func refused(_ reason: String) { Counter(label: "tbg_collector_rejects_total", dimensions: [("reason", reason)]).increment() }
}
