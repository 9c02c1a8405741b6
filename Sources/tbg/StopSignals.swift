@preconcurrency import Dispatch
import Foundation

/// The requests to stop: Ctrl-C, SIGTERM and a closed terminal.
enum StopSignals {
    /// One element for each signal, from the first call on instead of the default action.
    static func stream() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            signal(SIGPIPE, SIG_IGN)
            let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { continuation.yield(number) }
                source.activate()
                return source
            }
            continuation.onTermination = { _ in for source in sources { source.cancel() } }
        }
    }
}
