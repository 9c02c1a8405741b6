import NIOCore

/// The states one connection goes through, with reconnection; a pure value that says what to do next.
struct ConnectionLifecycle {
    enum Phase: Equatable {
        /// A socket is being opened.
        case connecting
        /// The greeting has been sent.
        case greeting
        case ready
        /// Between attempts.
        case waiting
        case closed
    }

    enum Opened: Equatable {
        case sendGreeting
        /// Closed in the meantime.
        case closeSocket
    }

    enum Lost: Equatable {
        case retry(after: TimeAmount)
        case stayClosed
    }

    private(set) var phase = Phase.connecting
    /// Attempts failed or connections lost since the last time the connection was ready.
    private(set) var failures = 0
    /// Something has been lost since the beginning: what was said meanwhile on channels was not heard.
    private(set) var hasGap = false
    private let backoff: Backoff

    init(backoff: Backoff) {
        self.backoff = backoff
    }

    /// The socket is open.
    mutating func opened() -> Opened {
        guard phase == .connecting else { return .closeSocket }
        phase = .greeting
        return .sendGreeting
    }

    /// The server has accepted the greeting; false when that comes too late.
    mutating func greeted() -> Bool {
        guard phase == .greeting else { return false }
        phase = .ready
        failures = 0
        return true
    }

    /// The socket could not be opened, broke, or was given up.
    mutating func lost(random: Double) -> Lost {
        guard phase != .closed, phase != .waiting else { return .stayClosed }
        phase = .waiting
        failures += 1
        hasGap = true
        return .retry(after: backoff.pause(failures: failures, random: random))
    }

    /// The pause is over; false when the connection has been closed in the meantime.
    mutating func retry() -> Bool {
        guard phase == .waiting else { return false }
        phase = .connecting
        return true
    }

    /// Closes for good; false when that has been done already.
    mutating func close() -> Bool {
        defer { phase = .closed }
        return phase != .closed
    }
}
