@preconcurrency import Dispatch
import Glibc
import Synchronization

/// Calls back with every event that arrives at a socket, on one queue.
final class PoolReader: Sendable {
    /// Bytes of one event, and whether it was longer than allowed. The bytes are valid within the call only.
    typealias Receive = @Sendable (UnsafeRawBufferPointer, _ isTruncated: Bool) -> Void

    let socket: PoolSocket
    private let receive: Receive
    private let queue = DispatchQueue(label: "tbg.collector", qos: .userInitiated)
    private let source: any DispatchSourceRead
    private let connections = Mutex<[Int32: PoolConnection]>([:])

    init(_ socket: PoolSocket, receive: @escaping Receive) {
        self.socket = socket
        self.receive = receive
        source = DispatchSource.makeReadSource(fileDescriptor: socket.descriptor, queue: queue)
    }

    /// Begins to read.
    func start() {
        // The handler keeps the socket, and with it the descriptor, until the source is cancelled.
        source.setEventHandler { [self] in if socket.address.kind == .datagram { takeDatagrams() } else { acceptConnections() } }
        source.setCancelHandler { [self] in withExtendedLifetime(self) {} }
        source.activate()
    }

    /// Stops reading, then takes what is queued.
    func stop() {
        source.cancel()
        switch socket.address.kind {
        case .datagram: takeDatagrams()
        case .stream:
            acceptConnections()
            for connection in connections.withLock({ $0.values.map { $0 } }) { connection.stop() }
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
