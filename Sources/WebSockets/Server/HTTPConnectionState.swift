import NIOCore

/// What an HTTP/1 connection is doing, and so when it is idle, late, or may be closed. A value that is told the time.
struct HTTPConnectionState: Equatable, Sendable {
    enum Action: Equatable {
        case none
        case close
        /// Answer with the rejection, then close.
        case reject(HTTPRejection)
        /// The error concerns a request whose handler already runs: give it the error.
        case failRequest
    }

    private enum Phase: Equatable, Sendable {
        case serving
        /// To be answered when the responses of earlier requests are out.
        case rejecting(HTTPRejection)
        /// Answered; waiting for the client to hang up.
        case lingering(until: NIODeadline)
    }

    let headTimeout: TimeAmount
    let idleTimeout: TimeAmount?
    private var phase = Phase.serving
    private var lastActive: NIODeadline
    /// When the head that is arriving began to; nil between requests.
    private var headBegan: NIODeadline?
    private var requestLineIsComplete = false
    private(set) var isReadingBody = false
    private var responsesDue = 0
    private var isQuiescing = false

    init(headTimeout: TimeAmount, idleTimeout: TimeAmount?, now: NIODeadline) {
        self.headTimeout = headTimeout
        self.idleTimeout = idleTimeout
        self.lastActive = now
        self.headBegan = now
    }

    /// Whether requests are still taken from the connection.
    var isServing: Bool { self.phase == .serving }

    /// Whether every request that arrived has its response.
    var isAnswered: Bool { self.responsesDue == 0 }

    /// Bytes arrived, not yet parsed.
    /// - Parameter endsRequestLine: whether the request line is over with them, and was not too long.
    mutating func readBytes(endsRequestLine: Bool, now: NIODeadline) {
        self.lastActive = now
        guard !self.isReadingBody else { return }
        if self.headBegan == nil { self.headBegan = now }
        if endsRequestLine { self.requestLineIsComplete = true }
    }

    mutating func readHead() {
        self.headBegan = nil
        self.requestLineIsComplete = false
        self.isReadingBody = true
        self.responsesDue += 1
    }

    mutating func readEnd() {
        self.isReadingBody = false
    }

    mutating func wroteResponse(now: NIODeadline) -> Action {
        self.lastActive = now
        self.responsesDue = max(0, self.responsesDue - 1)
        guard self.responsesDue == 0 else { return .none }
        if case .rejecting(let rejection) = self.phase { return .reject(rejection) }
        return self.isQuiescing ? .close : .none
    }

    /// The parser refused the bytes; `isOverflow` if they were too many.
    mutating func failedParsing(isOverflow: Bool) -> Action {
        guard self.phase == .serving else { return .none }
        if self.isReadingBody { return .failRequest }
        guard isOverflow else { return self.reject(.malformed) }
        return self.reject(self.requestLineIsComplete ? .headersTooLarge : .requestLineTooLong)
    }

    /// The connection serves no more; the answer waits for earlier responses.
    mutating func reject(_ rejection: HTTPRejection) -> Action {
        guard self.phase == .serving else { return .none }
        self.phase = .rejecting(rejection)
        return self.responsesDue == 0 ? .reject(rejection) : .none
    }

    mutating func linger(until deadline: NIODeadline) {
        self.phase = .lingering(until: deadline)
    }

    mutating func quiesce() -> Action {
        self.isQuiescing = true
        return self.responsesDue == 0 && self.phase == .serving ? .close : .none
    }

    mutating func sweep(_ now: NIODeadline) -> Action {
        switch self.phase {
        case .lingering(let deadline):
            return now >= deadline ? .close : .none
        case .rejecting:
            return .none
        case .serving:
            if let began = self.headBegan, now - began >= self.headTimeout { return self.reject(.headTimeout) }
            guard let idleTimeout, self.isReadingBody || self.responsesDue == 0 else { return .none }
            return now - self.lastActive >= idleTimeout ? .close : .none
        }
    }
}
