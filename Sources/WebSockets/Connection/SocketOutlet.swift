import Glibc
import NIOCore

/// The operating system's socket below a channel, for bytes that find the channel's queue empty: of what this process does for a broadcast to
/// ten thousand sockets, a fifth was passing through such queues.
///
/// Only while the channel has nothing to write, or these bytes would overtake others; and only below a pipeline that changes nothing on the
/// way out, as that of an open WebSocket. Touched only on the channel's event loop.
struct SocketOutlet {
    private static let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)

    private let channel: any NIOTransportAccessibleChannelCore<NIOBSDSocket.Handle>

    /// - Returns: nil for a channel without a socket of its own.
    init?(_ channel: any Channel) {
        guard let core = channel._channelCore as? any NIOTransportAccessibleChannelCore<NIOBSDSocket.Handle> else { return nil }
        self.channel = core
    }

    /// Offers bytes to the operating system; never waits.
    /// - Returns: how many it took: none when its buffer is full, when the channel is closed, and on an error, which the channel will meet
    ///   itself when it is given the rest.
    func send(_ bytes: ByteBuffer) -> Int {
        let sent = try? self.channel.withUnsafeTransport { socket in
            bytes.withUnsafeReadableBytes { Glibc.send(socket, $0.baseAddress, $0.count, Self.flags) }
        }
        return max(0, sent ?? 0)
    }
}
