import Foundation
import GameRules
import Glibc
package import Logging
package import Platform
package import Postgres
package import Redis
import ServiceLifecycle
import Synchronization

/// The pools' events, from their sockets into Redis Streams and the raw log (spec 03a §4). It never makes a pool wait.
package final class Collector: Service {
    private let settings: CollectorSettings
    private let clock: Clock
    private let logger: Logger
    private let parser: DatagramParser
    private let filter = Mutex(NearDuplicateFilter())
    private let addresses: [PoolAddress]
    private let group: gid_t?
    private let redisPump: SinkPump
    private let rawLogPump: SinkPump
    private let deadLetters: CommandSink
    private let counts = CollectorCounts()
    private let readers = Mutex<[PoolReader]>([])

    /// - Throws: ``CollectorError`` when another collector uses the spool, or the socket's group does not exist.
    package init(
        settings: CollectorSettings,
        redis: RedisClient,
        database: PostgresClient,
        network: Settings.Network,
        clock: Clock,
        random: RandomSource,
        logger: Logger
    ) throws(CollectorError) {
        self.settings = settings
        self.clock = clock
        self.logger = logger
        parser = DatagramParser(network: network.bitcoin, random: random)
        addresses = settings.sockets.map(PoolAddress.init)
        if let name = settings.socketGroup { group = try PoolSocket.groupID(named: name) } else { group = nil }
        let rawLog = RawLogSink(
            batchLimit: settings.batchMaximum,
            patience: .milliseconds(Int64(settings.batchFlushSeconds * 1000)),
            database: database
        )
        redisPump = SinkPump(sink: RedisSink(redis: redis), spool: try Self.spool("redis", settings, logger), logger: logger)
        rawLogPump = SinkPump(sink: rawLog, spool: try Self.spool("raw_log", settings, logger), logger: logger)
        deadLetters = CommandSink(redis: redis, capacity: 10_000, logger: logger)
    }

    /// A folder that cannot be written leaves the sink without a spool, not the pool without a collector.
    private static func spool(_ sink: String, _ settings: CollectorSettings, _ logger: Logger) throws(CollectorError) -> Spool? {
        do throws(CollectorError) {
            return try Spool(directory: settings.spoolDirectory + "/" + sink, maximumBytes: settings.spoolMaximumBytes)
        } catch {
            if case .inUse = error { throw error }
            logger.warning("no spool", metadata: ["event": "spool_missing", "sink": "\(sink)", "error_kind": "\(error)"])
            return nil
        }
    }

    /// Collects until shutdown; then reads what is queued, delivers or spools it within ten seconds, and removes the sockets.
    /// - Throws: ``CollectorError`` when a path cannot be listened at.
    package func run() async throws {
        warnOfShortQueue()
        let first = try addresses.map { address throws(CollectorError) in try PoolSocket(address, group: group) }
        let listening = try first.map { socket throws(CollectorError) in try listen(on: socket) }
        await withTaskGroup(of: Void.self) { group in
            for pump in [redisPump, rawLogPump] { group.addTask { await pump.run() } }
            group.addTask { await self.deadLetters.run() }
            await cancelWhenGracefulShutdown {
                self.readers.withLock { $0 = listening }
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(5))
                    if !Task.isCancelled { self.look() }
                }
                for reader in self.readers.withLock({ $0 }) {
                    reader.stop()
                    reader.socket.unlinkFile()
                }
            }
            redisPump.queue.end()
            rawLogPump.queue.end()
            deadLetters.end()
            // Four tasks: all three sinks are done, or some are and patience is over.
            group.addTask { try? await Task.sleep(for: .seconds(10)) }
            for _ in 0..<3 { await group.next() }
            group.cancelAll()
        }
    }

    /// How the collector is now.
    package var health: CollectorHealth {
        CollectorHealth(
            sockets: addresses.map { address in
                let reader = readers.withLock { $0.first { $0.socket.address == address } }
                return .init(path: address.path, kind: address.kind, isBound: reader?.socket.isInPlace ?? false)
            },
            sinks: [redisPump, rawLogPump].map { pump in
                .init(name: pump.name, state: pump.state.rawValue, queuedEvents: pump.queue.count, spooledBytes: pump.spooledBytes)
            }
        )
    }

    // MARK: sockets

    private func listen(on socket: PoolSocket) throws(CollectorError) -> PoolReader {
        let reader = try PoolReader(socket) { self.receive($0, isTruncated: $1) }
        reader.start()
        logger.info("listening", metadata: ["event": "collector_listening", "kind": "\(socket.address.kind.rawValue)"])
        return reader
    }

    /// Binds sockets again whose file was removed or replaced, so that events resume without a restart of the pool; sets the gauges.
    private func look() {
        readers.withLock { readers in
            for index in readers.indices where !readers[index].socket.isInPlace {
                readers[index].stop()
                do throws(CollectorError) {
                    readers[index] = try listen(on: try PoolSocket(replacing: readers[index].socket, group: group))
                } catch {
                    logger.error("socket lost", metadata: ["event": "collector_rebind", "error_kind": "\(error)"])
                }
            }
        }
        for pump in [redisPump, rawLogPump] {
            SinkCounts(sink: pump.name).gauge(queued: pump.queue.count, spooledBytes: pump.spooledBytes)
        }
    }

    private func warnOfShortQueue() {
        guard let length = KernelQueue.length(), length < KernelQueue.advised else { return }
        logger.warning(
            "the kernel queues few datagrams: a burst is lost in the pool; set net.unix.max_dgram_qlen to 8192 before the collector starts",
            metadata: ["event": "short_kernel_queue", "length": "\(length)"]
        )
    }

    // MARK: events

    private func receive(_ datagram: UnsafeRawBufferPointer, isTruncated: Bool) {
        let now = clock.now()
        do throws(EventRejection) {
            if isTruncated { throw .truncated(byteCount: datagram.count) }
            let event = try parser.parse(datagram, receivedAt: now)
            if filter.withLock({ $0.isDuplicate(event) }) { return counts.duplicate() }
            if event.envelope.isTimeFixed { counts.timeFixed() }
            let route = EventRoute(event, logsShares: settings.logsRawShares)
            let record = EventRecord(event)
            var isTaken = true
            if route.isLogged { isTaken = rawLogPump.append(record) }
            guard route.stream != nil else { return counts.unrouted() }
            isTaken = redisPump.append(record) && isTaken
            if isTaken { counts.taken() } else { counts.dropped() }
        } catch {
            counts.refused(error.reason)
            _ = deadLetters.append(SocketDeadLetter.command(error, datagram, at: now))
        }
    }
}
