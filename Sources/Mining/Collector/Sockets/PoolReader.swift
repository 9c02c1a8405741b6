@preconcurrency import Dispatch
import Foundation
import Glibc
import Synchronization

/// Calls back with every event that arrives at a socket.
///
/// Datagrams are read on a thread of their own, which sleeps in poll(2): one change of thread for each, where a dispatch source needs three.
final class PoolReader: Sendable {
    /// Bytes of one event, and whether it was longer than allowed. The bytes are valid within the call only.
    typealias Receive = @Sendable (UnsafeRawBufferPointer, _ isTruncated: Bool) -> Void

    let socket: PoolSocket
    private let receive: Receive
    private let queue = DispatchQueue(label: "tbg.collector", qos: .userInitiated)
    /// Tells of connections; only of a stream socket.
    private let source: (any DispatchSourceRead)?
    /// A pipe that wakes the thread of a datagram socket when reading is to stop: end to read from, end to write to.
    private let alarm: (read: Int32, write: Int32)
    private let connections = Mutex<[Int32: PoolConnection]>([:])

    /// - Throws: when the process has no descriptors left.
    init(_ socket: PoolSocket, receive: @escaping Receive) throws(CollectorError) {
        self.socket = socket
        self.receive = receive
        switch socket.address.kind {
        case .datagram:
            source = nil
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw .system(call: "pipe", code: errno) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            alarm = (ends[0], ends[1])
        case .stream:
            source = DispatchSource.makeReadSource(fileDescriptor: socket.descriptor, queue: queue)
            alarm = (-1, -1)
        }
    }

    deinit {
        for end in [alarm.read, alarm.write] where end >= 0 { close(end) }
    }

    /// Begins to read.
    func start() {
        guard let source else { return Thread.detachNewThread { self.readDatagrams() } }
        // The handler keeps the socket, and with it the descriptor, until the source is cancelled.
        source.setEventHandler { [self] in acceptConnections() }
        source.setCancelHandler { [self] in withExtendedLifetime(self) {} }
        source.activate()
    }

    /// Stops reading, then takes what is queued.
    func stop() {
        switch socket.address.kind {
        case .datagram:
            write(alarm.write, [1], 1)
            takeDatagrams()
        case .stream:
            source?.cancel()
            acceptConnections()
            for connection in connections.withLock({ $0.values.map { $0 } }) { connection.stop() }
        }
    }

    /// Until the alarm. The thread keeps the socket, and with it the descriptor.
    private func readDatagrams() {
        var watched = [socket.descriptor, alarm.read].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while watched[1].revents == 0 {
            // Out of memory, most likely: the kernel keeps datagrams meanwhile.
            if poll(&watched, 2, -1) < 0, errno != EINTR { usleep(10_000) }
            takeDatagrams()
        }
    }

    private func takeDatagrams() {
        let limit = DatagramParser.maximumByteCount
        withUnsafeTemporaryAllocation(byteCount: limit + 1, alignment: 16) { buffer in
            while true {
                let count = recv(socket.descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT | MSG_TRUNC))
                guard count >= 0 else { return }
                receive(UnsafeRawBufferPointer(rebasing: buffer[..<min(count, buffer.count)]), count > limit)
            }
        }
    }

    private func acceptConnections() {
        while true {
            let descriptor = accept(socket.descriptor, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            let connection = PoolConnection(descriptor, queue: queue, receive: receive) { [self] in
                _ = connections.withLock { $0.removeValue(forKey: descriptor) }
            }
            connections.withLock { $0[descriptor] = connection }
            connection.start()
        }
    }
}

/// One pool's connection to a stream socket.
private final class PoolConnection: Sendable {
    private let descriptor: Int32
    private let receive: PoolReader.Receive
    private let ended: @Sendable () -> Void
    private let source: any DispatchSourceRead
    private let framer = Mutex(EventFramer())

    init(_ descriptor: Int32, queue: DispatchQueue, receive: @escaping PoolReader.Receive, ended: @escaping @Sendable () -> Void) {
        self.descriptor = descriptor
        self.receive = receive
        self.ended = ended
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    }

    func start() {
        source.setEventHandler { [self] in take() }
        source.setCancelHandler { [self] in
            framer.withLock { $0.finish(receive) }
            close(descriptor)
            ended()
        }
        source.activate()
    }

    /// Takes what is queued and closes.
    func stop() {
        take()
        source.cancel()
    }

    private func take() {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
            while !source.isCancelled {
                let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
                if count < 0, errno == EAGAIN || errno == EINTR { return }
                guard count > 0 else { return source.cancel() }
                framer.withLock { $0.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]), receive) }
            }
        }
    }
}
