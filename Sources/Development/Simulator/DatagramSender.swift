import Glibc
import LocalServers

/// Sends datagrams to a Unix socket the way the pool does, except that it waits where the pool would drop.
public struct DatagramSender: ~Copyable {
    /// What became of a datagram.
    public enum Outcome: Equatable, Sendable {
        /// It is in the receiver's queue.
        case sent
        /// The queue is full (`net.unix.max_dgram_qlen`): try again shortly.
        case full
        /// Nobody listens at the path.
        case absent
        /// The datagram cannot be sent at all.
        case refused(code: Int32)
    }

    private let path: String
    private var descriptor: Int32?

    /// A sender to `path`; the socket need not exist yet.
    public init(path: String) { self.path = path }

    deinit { if let descriptor { close(descriptor) } }

    /// Tries to send without waiting. After ``Outcome/absent`` the next call looks for the socket again.
    public mutating func send(_ datagram: String) -> Outcome {
        if descriptor == nil { descriptor = UnixSocket.connect(to: path, type: UnixSocket.datagram) }
        guard let descriptor else { return .absent }
        let bytes = Array(datagram.utf8)
        if Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)) == bytes.count { return .sent }
        switch errno {
        case EAGAIN, ENOBUFS, EINTR: return .full
        case ECONNREFUSED, ECONNRESET, ENOENT, ENOTCONN, EPIPE:
            close(descriptor)
            self.descriptor = nil
            return .absent
        case let code: return .refused(code: code)
        }
    }
}
