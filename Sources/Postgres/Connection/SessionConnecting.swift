import Dispatch

extension Session {
    /// Why a connection could not be made.
    struct ConnectFailure: Error {
        /// libpq's words, which name hosts and users; for the operator's log only.
        let message: String
    }

    /// Connects, and opens the inbox.
    func connect(_ keywords: [(String, String)]) async throws(ConnectFailure) {
        let deadline = uptimeNanoseconds() + limits.connectTimeout
        guard let wire = Wire(keywords: keywords), !wire.isBad else { throw ConnectFailure(message: "connection could not be started") }
        // libpq: before the first poll, act as if it had asked for room to write.
        var progress = Wire.Progress.writing
        while progress != .connected {
            guard progress != .failed else { throw ConnectFailure(message: wire.failure) }
            guard await SocketReadiness.wait(for: progress, socket: wire.socket, queue: executor.queue, deadline: deadline) else {
                throw ConnectFailure(message: "the server did not answer in time")
            }
            progress = wire.continueConnecting()
        }
        guard wire.makeNonblocking(), wire.enterPipeline() else { throw ConnectFailure(message: wire.failure) }
        let readiness = SocketReadiness(
            socket: wire.socket,
            queue: executor.queue,
            onReadable: { [weak self] in self?.assumeIsolated { $0.readable() } },
            onWritable: { [weak self] in self?.assumeIsolated { $0.writable() } }
        )
        open(wire, readiness)
    }

    /// The socket has room again.
    private func writable() {
        lastProgress = uptimeNanoseconds()
        sendWaiting()
        // While the socket was full, libpq may have read what the server said, to unblock it: no further event would bring that.
        readable()
    }
}
