import NIOCore

/// When a socket is pinged, stalled, dead and closed: all its rules of time, as a value that is told the time.
struct WebSocketLifecycle: Equatable, Sendable {
    /// What to do with the socket at a sweep.
    enum SweepAction: Equatable {
        case none
        case ping
        /// Close with a close frame.
        case close(WebSocketCloseCode)
        /// Close the connection at once.
        case drop
    }

    private enum Phase: Equatable, Sendable {
        case open
        /// A close frame was sent; the connection ends when the peer answers or at the deadline.
        case closing(until: NIODeadline)
        case closed
    }

    private var phase = Phase.open
    private var lastHeard: NIODeadline
    private var lastPing: NIODeadline
    /// The socket's outstanding bytes became fewer, or there were none.
    private(set) var lastProgress: NIODeadline
    private var bytesDrained = 0

    init(now: NIODeadline) {
        (self.lastHeard, self.lastPing, self.lastProgress) = (now, now, now)
    }

    /// Whether messages are still sent and received.
    var isOpen: Bool { self.phase == .open }

    /// A whole frame came.
    mutating func heard(_ now: NIODeadline) {
        self.lastHeard = now
    }

    /// Of all bytes ever written, `drained` have been taken by the operating system.
    mutating func wrote(drained: Int, outstanding: Int, now: NIODeadline) {
        guard outstanding == 0 || drained > self.bytesDrained else { return }
        self.bytesDrained = drained
        self.lastProgress = now
    }

    /// Writing begins on an empty buffer: the time to drain counts from here.
    mutating func beganWriting(_ now: NIODeadline) {
        self.lastProgress = now
    }

    /// This side begins or answers the closing handshake; false if it already did.
    mutating func beginClosing(now: NIODeadline, timeout: TimeAmount) -> Bool {
        guard self.phase == .open else { return false }
        self.phase = .closing(until: now + timeout)
        return true
    }

    /// The connection is gone; false if it already was.
    mutating func end() -> Bool {
        defer { self.phase = .closed }
        return self.phase != .closed
    }

    mutating func sweep(_ now: NIODeadline, isStalling: Bool, _ configuration: WebSocketConfiguration) -> SweepAction {
        switch self.phase {
        case .closed:
            return .none
        case .closing(let deadline):
            return now >= deadline ? .drop : .none
        case .open:
            if now - self.lastHeard >= configuration.deadAfter { return .drop }
            if isStalling, let timeout = configuration.writeStallTimeout, now - self.lastProgress >= timeout {
                return .close(configuration.writeStallCode)
            }
            guard now - self.lastPing >= configuration.pingInterval else { return .none }
            self.lastPing = now
            return .ping
        }
    }
}
