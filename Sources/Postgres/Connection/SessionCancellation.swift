import Dispatch

extension Session {
    /// Carries out the cancellation of the task that waits for a request. A request already answered is not found; that is no error.
    func cancelRequest(_ id: Int) {
        if let index = backlog.firstIndex(where: { $0.id == id }) {
            let request = backlog.remove(at: index)
            request.continuation?.resume(throwing: CancellationError())
            return dropPending()
        }
        var abandoned: Request.Continuation?
        var mustInterrupt = false
        func apply(to request: inout Request) {
            switch request.cancellation {
            case .abandon:
                abandoned = request.continuation
                request.continuation = nil
            case .interrupt: mustInterrupt = true
            case .ignore: break
            }
        }
        if operation?.request.id == id {
            mustInterrupt = true
        } else {
            _ = pipeline.update(where: { $0.id == id }, apply)
        }
        abandoned?.resume(throwing: CancellationError())
        if mustInterrupt { interrupt(id) }
    }

    /// Asks the server to cancel what runs. libpq blocks for the answer, so it is asked on another thread.
    private func interrupt(_ id: Int) {
        guard let cancellation = wire?.cancellation() else { return }
        interrupted = id
        cancelsInFlight += 1
        DispatchQueue(label: "postgres.cancel").async {
            cancellation.send()
            SocketLoop.shared.execute { self.assumeIsolated { $0.interruptSent() } }
        }
    }

    private func interruptSent() {
        cancelsInFlight -= 1
        pump()
    }
}
