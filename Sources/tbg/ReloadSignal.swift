@preconcurrency import Dispatch
import Foundation

/// The request to read key files again: SIGHUP.
enum ReloadSignal {
    /// One element for each signal, from the first call on instead of the default action.
    static func stream() -> AsyncStream<Void> {
        AsyncStream { continuation in
            signal(SIGHUP, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.activate()
            continuation.onTermination = { _ in source.cancel() }
        }
    }
}
