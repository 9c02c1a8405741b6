import Dispatch

/// Watches one socket through Dispatch: always for input, for room to write only when asked.
///
/// Dispatch crashes when a source is released while suspended or before it was activated, and keeps using the descriptor
/// until a source's cancel handler has run. So sources end only by ``cancel(then:)``, which resumes the write source first
/// and reports when the descriptor may be closed.
final class SocketReadiness {
    private let readSource: any DispatchSourceRead
    private let writeSource: any DispatchSourceWrite
    private let queue: DispatchQueue
    private let ended = DispatchGroup()
    private var isWatchingWrites = false
    private var isCancelled = false

    init(socket: Int32, queue: DispatchQueue, onReadable: @escaping @Sendable () -> Void, onWritable: @escaping @Sendable () -> Void) {
        self.queue = queue
        readSource = DispatchSource.makeReadSource(fileDescriptor: socket, queue: queue)
        writeSource = DispatchSource.makeWriteSource(fileDescriptor: socket, queue: queue)
        readSource.setEventHandler(handler: onReadable)
        writeSource.setEventHandler(handler: onWritable)
        let ended = ended
        ended.enter()
        ended.enter()
        readSource.setCancelHandler { ended.leave() }
        writeSource.setCancelHandler { ended.leave() }
        readSource.resume()
    }

    /// Turns the report of room to write on or off.
    func watchWrites(_ isWanted: Bool) {
        guard isWanted != isWatchingWrites, !isCancelled else { return }
        isWatchingWrites = isWanted
        if isWanted { writeSource.resume() } else { writeSource.suspend() }
    }

    /// Ends both sources; `completion` runs on the queue when neither uses the descriptor any more.
    func cancel(then completion: @escaping @Sendable () -> Void) {
        guard !isCancelled else { return }
        isCancelled = true
        readSource.cancel()
        writeSource.cancel()
        if !isWatchingWrites { writeSource.resume() }
        ended.notify(queue: queue, execute: completion)
    }

    /// Waits once for a socket to become readable or writable; false when the deadline passes first.
    static func wait(for direction: Wire.Progress, socket: Int32, queue: DispatchQueue, deadline: UInt64) async -> Bool {
        await withCheckedContinuation { continuation in
            let source: any DispatchSourceProtocol =
                direction == .writing
                ? DispatchSource.makeWriteSource(fileDescriptor: socket, queue: queue)
                : DispatchSource.makeReadSource(fileDescriptor: socket, queue: queue)
            let timer = DispatchSource.makeTimerSource(queue: queue)
            // The descriptor may be closed by the next step, so that step waits for the cancel handler.
            source.setCancelHandler {
                timer.cancel()
                continuation.resume(returning: uptimeNanoseconds() < deadline)
            }
            source.setEventHandler { source.cancel() }
            timer.setEventHandler { source.cancel() }
            timer.schedule(deadline: DispatchTime(uptimeNanoseconds: deadline))
            source.resume()
            timer.resume()
        }
    }
}
