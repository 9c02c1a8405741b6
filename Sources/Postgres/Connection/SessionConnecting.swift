import Dispatch
import Glibc

extension Session {
    /// Why a connection could not be made.
    struct ConnectFailure: Error {
        /// libpq's words, which name hosts and users; for the operator's log only.
        let message: String
    }

    /// Connects, and opens the inbox.
    func connect(_ keywords: [(String, String)]) async throws(ConnectFailure) {
        let deadline = uptimeNanoseconds() + limits.connectTimeout
        let wire = try await Self.wire(keywords, before: deadline)
        let watch = SocketWatch(socket: wire.socket) { [weak self] events in
            self?.assumeIsolated { session in
                if events.contains(.writable) { session.writable() } else { session.readable() }
            }
        }
        guard let watch else { throw ConnectFailure(message: "the socket cannot be watched") }
        open(wire, watch)
    }

    /// Resolving a name and agreeing on keys take long and block, so connections are made on threads of their own.
    private static func wire(_ keywords: [(String, String)], before deadline: UInt64) async throws(ConnectFailure) -> sending Wire {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Wire, ConnectFailure>, Never>) in
            // A queue of its own: the global ones have few threads, and all of them may be waiting here.
            DispatchQueue(label: "postgres.connect").async {
                continuation.resume(returning: Result { () throws(ConnectFailure) in try Wire.connect(keywords, before: deadline) })
            }
        }
        return try result.get()
    }

    /// The socket has room again.
    private func writable() {
        noteProgress()
        sendWaiting()
        // While the socket was full, libpq may have read what the server said, to unblock it: no further event would bring that.
        readable()
    }
}

extension Wire {
    /// A connection in pipeline mode. Blocks, at most until an instant of uptime in nanoseconds.
    fileprivate static func connect(_ keywords: [(String, String)], before deadline: UInt64) throws(Session.ConnectFailure) -> Wire {
        guard let wire = Wire(keywords: keywords), !wire.isBad else {
            throw Session.ConnectFailure(message: "connection could not be started")
        }
        // libpq: before the first poll, act as if it had asked for room to write.
        var progress = Wire.Progress.writing
        while progress != .connected {
            guard progress != .failed else { throw Session.ConnectFailure(message: wire.failure) }
            guard wire.wait(for: progress, until: deadline) else {
                throw Session.ConnectFailure(message: "the server did not answer in time")
            }
            progress = wire.continueConnecting()
        }
        guard wire.makeNonblocking(), wire.enterPipeline() else { throw Session.ConnectFailure(message: wire.failure) }
        return wire
    }

    private func wait(for progress: Progress, until deadline: UInt64) -> Bool {
        var socket = pollfd(fd: socket, events: Int16(progress == .writing ? POLLOUT : POLLIN), revents: 0)
        while true {
            let now = uptimeNanoseconds()
            guard now < deadline else { return false }
            let count = poll(&socket, 1, Int32(clamping: (deadline - now) / 1_000_000 + 1))
            if count > 0 { return true }
            if count < 0, errno != EINTR { return false }
        }
    }
}
