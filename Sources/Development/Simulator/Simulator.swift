import Glibc

/// Plays a ``MiningSimulation`` in real time into the collector's socket.
public struct Simulator: Sendable {
    private let path: String
    private let configuration: MiningSimulation.Configuration
    private let chaos: Chaos?
    private let report: @Sendable (String) -> Void

    /// A simulator for the socket at `path`; `report` receives lines for the operator.
    /// - Parameter chaos: misbehaves on purpose.
    public init(
        path: String,
        configuration: MiningSimulation.Configuration,
        chaos: Chaos? = nil,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.path = path
        self.configuration = configuration
        self.chaos = chaos
        self.report = report
    }

    /// Mines until cancelled, then disconnects the workers. Waits while the socket is absent.
    public func run() async {
        var sender = DatagramSender(path: path)
        var simulation = MiningSimulation(configuration)
        var chaos = chaos
        // How far the played time is behind the simulation's own, so that a long pause does not end in a burst of old shares.
        var shift: Int64 = 0
        while !Task.isCancelled {
            var event = simulation.next()
            let now = Self.now()
            shift = max(shift, now - event.time - 5_000_000)
            event = event.moved(by: shift)
            try? await Task.sleep(for: .microseconds(max(0, event.time - now)))
            if Task.isCancelled { break }
            for datagram in chaos?.datagrams(for: event) ?? [event.encoded()] { await deliver(datagram, with: &sender) }
        }
        for datagram in chaos?.release() ?? [] { _ = sender.send(datagram) }
        for event in simulation.farewell(at: Self.now()) {
            guard sender.send(event.encoded()) == .sent else { return }
        }
    }

    /// Plays a file at its own pace times `speed`, until its end or cancelled.
    public func play(_ file: EventFile, speed: Double) async {
        var sender = DatagramSender(path: path)
        let start = ContinuousClock.now
        for line in file.lines {
            if let offset = line.offset { try? await Task.sleep(until: start + .microseconds(Int64(Double(offset) / speed))) }
            if Task.isCancelled { return }
            await deliver(line.text, with: &sender)
        }
    }

    private func deliver(_ datagram: String, with sender: inout DatagramSender) async {
        var isWaiting = false
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
