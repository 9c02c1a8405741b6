import Metrics
import NIOCore
import Synchronization

/// Times the commands of one connection; used on its event loop only.
final class CommandMetrics {
    private let label: String
    /// Timers by the address of the command's name, which is a literal of the program.
    private var timers: [UnsafeRawPointer: Metrics.Timer] = [:]

    init(prefix: String) {
        label = prefix + "_command_seconds"
    }

    /// Reports one answered command.
    func record(_ name: StaticString, _ time: TimeAmount) {
        guard name.hasPointerRepresentation else { return }
        let key = UnsafeRawPointer(name.utf8Start)
        if let timer = timers[key] { return timer.recordNanoseconds(time.nanoseconds) }
        let timer = Metrics.Timer(label: label, dimensions: [("command", name.description)])
        timers[key] = timer
        timer.recordNanoseconds(time.nanoseconds)
    }
}

/// Reports how many connections a client keeps and how many of them are usable.
final class PoolMetrics: Sendable {
    private let active: Gauge
    private let connected = Mutex(0)

    init(prefix: String, size: Int) {
        Gauge(label: prefix + "_pool_size").record(size)
        active = Gauge(label: prefix + "_pool_active")
        active.record(0)
    }

    /// A connection has become usable, or stopped to be.
    func changed(isReady: Bool) {
        connected.withLock { count in
            count += isReady ? 1 : -1
            active.record(count)
        }
    }
}
