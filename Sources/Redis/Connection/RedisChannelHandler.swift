import NIOCore

/// Cuts what a socket delivers into frames and hands them to the connection's driver.
final class RedisChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// Largest buffer set aside for a value whose length has been announced but which has not arrived.
    private static let largestReservation = 16 << 20

    private var framer: RESPFramer
    private var unread = ByteBuffer()
    /// Whether `unread` is a buffer of our own which no frame shares, so that it can grow in place.
    private var ownsUnread = false
    /// Nil once the driver has given this socket up.
    private var driver: LinkDriver?

    init(driver: LinkDriver, limits: RESPLimits) {
        self.driver = driver
        framer = RESPFramer(limits: limits)
    }

    /// The driver wants to hear no more of this socket.
    func detach() { driver = nil }

    func channelActive(context: ChannelHandlerContext) {
        driver?.opened(context.channel, handler: self)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        driver?.disconnect(.connectionLost)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        driver?.socketFailed(error)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var arrived = unwrapInboundIn(data)
        if unread.readableBytes == 0 {
            unread = arrived
            ownsUnread = false
        } else {
            unread.writeBuffer(&arrived)
        }
        do throws(RESPProtocolError) {
            while let driver, let frame = try framer.next(from: &unread) {
                ownsUnread = false
                driver.received(frame)
            }
        } catch {
            driver?.disconnect(.protocolViolation(error))
            return
        }
        keepUnread(context.channel.allocator)
    }

    /// The rest moves to a buffer of its own, large enough for the value that has begun: growing it in place copies nothing twice,
    /// and frames handed out do not hold it.
    private func keepUnread(_ allocator: ByteBufferAllocator) {
        guard unread.readableBytes > 0 else {
            unread = ByteBuffer()
            return
        }
        guard !ownsUnread else { return }
        var own = allocator.buffer(capacity: max(unread.readableBytes, min(framer.bytesNeeded, Self.largestReservation)))
        own.writeImmutableBuffer(unread)
        unread = own
        ownsUnread = true
    }
}
