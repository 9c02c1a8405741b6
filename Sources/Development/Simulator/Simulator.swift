import Glibc

/// Plays a ``MiningSimulation`` in real time into the collector's socket.
public struct Simulator: Sendable {
    private let path: String
    private let configuration: MiningSimulation.Configuration
    private let report: @Sendable (String) -> Void

    /// A simulator for the socket at `path`; `report` receives lines for the operator.
    public init(path: String, configuration: MiningSimulation.Configuration, report: @escaping @Sendable (String) -> Void) {
        self.path = path
        self.configuration = configuration
        self.report = report
    }

    /// Mines until cancelled, then disconnects the workers. Waits while the socket is absent.
    public func run() async {
        var sender = DatagramSender(path: path)
        var simulation = MiningSimulation(configuration)
        // How far the played time is behind the simulation's own, so that a long pause does not end in a burst of old shares.
        var shift: Int64 = 0
        while !Task.isCancelled {
            var event = simulation.next()
            let now = Self.now()
            shift = max(shift, now - event.time - 5_000_000)
            event = event.moved(by: shift)
            try? await Task.sleep(for: .microseconds(max(0, event.time - now)))
            if Task.isCancelled { break }
            await deliver(event, with: &sender)
        }
        for event in simulation.farewell(at: Self.now()) {
            guard sender.send(event.encoded()) == .sent else { return }
        }
    }

    private func deliver(_ event: PoolEvent, with sender: inout DatagramSender) async {
        var isWaiting = false
        let datagram = event.encoded()
        while !Task.isCancelled {
            switch sender.send(datagram) {
            case .sent:
                if isWaiting { report("mining into \(path)") }
                return
            case .full: try? await Task.sleep(for: .milliseconds(2))
            case .absent:
                if !isWaiting { report("waiting for \(path)") }
                isWaiting = true
                try? await Task.sleep(for: .milliseconds(200))
            case .refused(let code):
                report("a datagram was refused: error \(code)")
                return
            }
        }
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

extension PoolEvent {
    /// The same event at a later time.
    func moved(by microseconds: Int64) -> PoolEvent {
        PoolEvent(name: name, time: time + microseconds, members: members, dialect: dialect, identifier: identifier)
    }
}
